"""The tests' Prometheus: an installed one, what PROMETHEUS names, or Debian's package, unpacked and not installed.

apt checks what it fetches against the archive's signed list. `make test` fetches it once, and keeps it in the
environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = Path(sys.prefix) / "prometheus"


class NoPrometheusError(Exception):
    """There is no Prometheus, and none can be fetched."""


def prometheus(environment: dict[str, str] | None = None, kept: Path = KEPT) -> Path:
    """Return the folder of `prometheus` and `promtool`, fetched first if need be.

    Raises:
        NoPrometheusError: None is there, and apt is not or cannot reach its archive.
    """
    known = dict(os.environ) if environment is None else environment
    named = shutil.which(known.get("PROMETHEUS", "prometheus"), path=known.get("PATH"))
    if named:
        return Path(named).parent
    if "PROMETHEUS" in known:
        raise NoPrometheusError(f"PROMETHEUS={known['PROMETHEUS']}: there is no such program; unset it, or name one")
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix="prometheus-", dir=kept.parent) as aside:
            _fetch(Path(aside), known)
            try:
                (Path(aside) / "usr" / "bin").rename(kept)
            except OSError:
                if not kept.exists():  # otherwise another process was faster
                    raise
    return kept


def _fetch(aside: Path, environment: dict[str, str]) -> None:
    """Let apt download the package and dpkg unpack it, in a folder; again with apt's lists made anew in it."""
    lists = aside / "state"
    (lists / "lists" / "partial").mkdir(parents=True)
    own = [
        f"Dir::State={lists}",
        f"Dir::Cache={aside}",
        "Dir::State::status=/var/lib/dpkg/status",
        "APT::Sandbox::User=",
    ]
    options = [part for option in own for part in ("--option", option)]
    tries = [
        [["apt-get", "download", "prometheus"]],
        [["apt-get", *options, "update"], ["apt-get", *options, "download", "prometheus"]],
    ]
    said = ""
    for commands in tries:
        for command in commands:
            try:
                done = subprocess.run(command, cwd=aside, env=environment, capture_output=True, text=True, check=False)
            except FileNotFoundError:
                raise NoPrometheusError(
                    "no Prometheus on this machine, and no apt-get to fetch it: install Prometheus, or set PROMETHEUS "
                    "to the path of one"
                ) from None
            said = done.stderr.strip()
        if packages := list(aside.glob("prometheus_*.deb")):
            subprocess.run(["dpkg-deb", "--extract", packages[0], aside], check=True)
            return
    raise NoPrometheusError(
        f"Prometheus for the tests cannot be fetched by apt-get: {said}\n"
        "Let apt reach its archive, or set PROMETHEUS to the path of an installed one"
    )


if __name__ == "__main__":
    try:
        prometheus()
    except NoPrometheusError as error:
        sys.exit(f"error: {error}")
