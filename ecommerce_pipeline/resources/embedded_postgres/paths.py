"""Where everything of one embedded server lies: in its folder, or in a system place that its user can reach."""

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.account import Account
from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError

SYSTEM_PLACE: Final = Path("/var/lib/ecommerce-pipeline")
_WRITTEN: Final = ("password", "place", "port", "postgresql.conf")
_OWN_NAMES: Final = (*_WRITTEN, *(f"{name}.new" for name in _WRITTEN), "data", "init-*", "log", "start.log", "wheel-*")


class Home:
    """The files of one server; what is secret or chosen stays in the folder, the data may lie elsewhere.

    Attributes:
        folder: The folder named by the caller, made absolute.
        account: As whom the server runs.
        root: Where data, logs and, if need be, the binaries lie: `folder`, or a folder under SYSTEM_PLACE.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        place = self._read("place")
        self._moved_from = Path(place) if place and place != str(self.system_place) else None
        self.root = self.system_place if place == str(self.system_place) else folder
        self.account = Account.of(folder, self.data)

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The folder of the server's log files."""
        return self.root / "log"

    @property
    def system_place(self) -> Path:
        """Where the data lies when the server's user cannot reach the folder."""
        return SYSTEM_PLACE / hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    @property
    def password(self) -> str | None:
        """The password of the server's user; None before the first start."""
        return self._read("password")

    @property
    def port(self) -> int | None:
        """The port of the last start."""
        port = self._read("port")
        return int(port) if port and port.isdigit() else None

    def remember_port(self, port: int) -> None:
        """Keep the port for the next start."""
        self._write(self.folder / "port", f"{port}\n")

    def make_folder(self) -> None:
        """Make the folder, open to be traversed and no more."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o711)
            self.account.keep(self.folder)

    def check_place(self) -> None:
        """Check that the data is that of this folder.

        Raises:
            EmbeddedPostgresError: The folder was moved or copied away from data in SYSTEM_PLACE, or the server's user
                can no longer reach the data.
        """
        if self._moved_from is not None:
            raise EmbeddedPostgresError(
                f"{self.folder} was moved or copied: its database lies in {self._moved_from} and belongs to the "
                f"folder's old path. Move it back, or delete {self.folder} to begin with an empty database."
            )
        if self.data.exists() and not self.account.reaches(self.root):
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL runs as user id {self.account.uid}, who can no longer reach {self.data}: "
                f"a folder above it is closed. Open that one again; or {START_AFRESH}."
            )

    def settle(self) -> None:
        """Choose where the data of a first start will lie, and make the folders."""
        self.root = self.folder
        if not self.account.reaches(self.folder):
            self.root = self.system_place
            self.root.mkdir(parents=True, exist_ok=True)
            for path in (SYSTEM_PLACE, self.root):
                path.chmod(0o755)
            self._write(self.folder / "place", f"{self.root}\n")
        if self.password is None:
            self._write(self.folder / "password", f"{secrets.token_urlsafe(24)}\n")

    def clear_leftovers(self) -> None:
        """Delete what a process killed while it made the data has left; for the holder of the lock."""
        for left in self.root.glob("init-*"):
            shutil.rmtree(left)

    def make_log_folder(self) -> None:
        """Make the folder of the log files, which the server fills."""
        self.log.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.log)

    def write_configuration(self, text: str) -> Path:
        """Write the server's configuration file and return its path."""
        path = self.root / "postgresql.conf"
        self._write(path, text, mode=0o644)
        return path

    def remove(self) -> None:
        """Delete all that is ours; what else lies in the folder stays, and so does the lock."""
        if self.root == self.system_place:
            if self.root.exists():
                shutil.rmtree(self.root)
            with suppress(OSError):
                SYSTEM_PLACE.rmdir()  # others' data may lie there
        for name in _OWN_NAMES:
            for path in self.folder.glob(name):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text(encoding="utf-8").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _write(self, path: Path, text: str, mode: int = 0o600) -> None:
        aside = path.with_name(f"{path.name}.new")
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
        self.account.keep(aside)
        aside.replace(path)
