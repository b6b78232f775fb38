"""The tests' Prometheus: the one that PROMETHEUS names, an installed one, or Debian's package, unpacked.

apt verifies the package with the archive's signed list. `make test` fetches it once into the Python environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = Path(sys.prefix) / "prometheus"


class NoPrometheusError(Exception):
    """No Prometheus is installed, and none can be fetched."""


def prometheus(environment: dict[str, str] | None = None, kept: Path = KEPT) -> Path:
    """Return the folder of `prometheus` and `promtool`, and fetch them if necessary.

    Raises:
        NoPrometheusError: None is installed, and there is no apt, or it cannot reach its archive.
    """
    variables = dict(os.environ) if environment is None else environment
    named = shutil.which(variables.get("PROMETHEUS", "prometheus"), path=variables.get("PATH"))
    if named:
        return Path(named).parent
    if "PROMETHEUS" in variables:
        raise NoPrometheusError(
            f"PROMETHEUS={variables['PROMETHEUS']}: there is no such program; unset it, or set it to the path of one"
        )
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix="prometheus-", dir=kept.parent) as temporary:
            _fetch(Path(temporary), variables)
            try:
                (Path(temporary) / "usr" / "bin").rename(kept)
            except OSError:
                if not kept.exists():  # otherwise another process was faster
                    raise
    return kept


def _fetch(temporary: Path, environment: dict[str, str]) -> None:
    """Download the package with apt and unpack it in a folder; at a second try with apt's lists updated there."""
    lists = temporary / "state"
    (lists / "lists" / "partial").mkdir(parents=True)
    own = [
        f"Dir::State={lists}",
        f"Dir::Cache={temporary}",
        "Dir::State::status=/var/lib/dpkg/status",
        "APT::Sandbox::User=",
    ]
    options = [part for option in own for part in ("--option", option)]
    tries = [
        [["apt-get", "download", "prometheus"]],
        [["apt-get", *options, "update"], ["apt-get", *options, "download", "prometheus"]],
    ]
    error = ""
    for commands in tries:
        for command in commands:
            try:
                done = subprocess.run(
                    command, cwd=temporary, env=environment, capture_output=True, text=True, check=False
                )
            except FileNotFoundError:
                raise NoPrometheusError(
                    "no Prometheus on this machine, and no apt-get to fetch it: install Prometheus, or set PROMETHEUS "
                    "to the path of one"
                ) from None
            error = done.stderr.strip()
        if packages := list(temporary.glob("prometheus_*.deb")):
            subprocess.run(["dpkg-deb", "--extract", packages[0], temporary], check=True)
            return
    raise NoPrometheusError(
        f"Prometheus for the tests cannot be fetched by apt-get: {error}\n"
        "Give apt access to its archive, or set PROMETHEUS to the path of an installed one"
    )


if __name__ == "__main__":
    try:
        prometheus()
    except NoPrometheusError as error:
        sys.exit(f"error: {error}")
