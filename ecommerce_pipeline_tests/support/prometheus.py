"""The tests' Prometheus: the one that PROMETHEUS names, an installed one, or Debian's packages, unpacked.

apt verifies the packages with the archive's signed list. `make test` fetches them once into the Python environment.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(sys.prefix) / "prometheus"
PROGRAMS = ("prometheus", "promtool")


class NoPrometheusError(Exception):
    """No Prometheus is installed, and none can be fetched."""


def prometheus(environment: Mapping[str, str] = os.environ, kept: Path = KEPT) -> Path:
    """Return the folder of `prometheus` and `promtool`, and fetch them if necessary.

    Raises:
        NoPrometheusError: None is installed, and there is no apt, or it cannot reach its archive.
    """
    named = shutil.which(environment.get("PROMETHEUS", "prometheus"), path=environment.get("PATH"))
    if named and _complete(Path(named).parent):
        return Path(named).parent
    if "PROMETHEUS" in environment:
        missing = "promtool is not beside it" if named else "there is no such program"
        raise NoPrometheusError(
            f"PROMETHEUS={environment['PROMETHEUS']}: {missing}; unset it, or set it to the path of one"
        )
    if not _complete(kept):
        with tempfile.TemporaryDirectory(prefix="prometheus-", dir=kept.parent) as temporary:
            programs = _fetched(Path(temporary), environment)
            shutil.rmtree(kept, ignore_errors=True)
            try:
                programs.rename(kept)
            except OSError:
                if not _complete(kept):  # otherwise another process was faster
                    raise
    return kept


def _complete(folder: Path) -> bool:
    return all((folder / program).exists() for program in PROGRAMS)


def _fetched(temporary: Path, environment: Mapping[str, str]) -> Path:
    """Download the packages with apt and unpack them in a folder; at a second try with apt's lists updated there."""
    lists = temporary / "state"
    (lists / "lists" / "partial").mkdir(parents=True)
    own = [
        f"Dir::State={lists}",
        f"Dir::Cache={temporary}",
        "Dir::State::status=/var/lib/dpkg/status",
        "APT::Sandbox::User=",
    ]
    options = [part for option in own for part in ("--option", option)]
    programs = temporary / "usr" / "bin"
    error = ""
    for apt, update in ((["apt-get"], False), (["apt-get", *options], True)):
        if update:
            _run([*apt, "update"], temporary, environment)
        # Since Debian 13, promtool has a package of its own.
        for program in PROGRAMS:
            if not (programs / program).exists():
                error = _run([*apt, "download", program], temporary, environment) or error
            for package in temporary.glob(f"{program}_*.deb"):
                subprocess.run(["dpkg-deb", "--extract", package, temporary], check=True)
        if _complete(programs):
            return programs
    raise NoPrometheusError(
        f"Prometheus for the tests cannot be fetched by apt-get: {error}\n"
        "Give apt access to its archive, or set PROMETHEUS to the path of an installed one"
    )


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run a command of apt; return its error output."""
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NoPrometheusError(
            "no Prometheus on this machine, and no apt-get to fetch it: install Prometheus, or set PROMETHEUS to the "
            "path of one"
        ) from None
    return done.stderr.strip()


if __name__ == "__main__":
    try:
        prometheus()
    except NoPrometheusError as error:
        sys.exit(f"error: {error}")
