"""The files of an embedded server: in its folder, or in a system folder if its user cannot reach that."""

import hashlib
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.account import Account
from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.settings.places import make_data_dir

SYSTEM_DIR: Final = Path("/var/lib/ecommerce-pipeline")
_WRITTEN: Final = ("password", "admin-password", "place", "port", "postgresql.conf")
_FILES: Final = (*_WRITTEN, *(f"{name}.new" for name in _WRITTEN), "data", "init-*", "log", "start.log", "wheel-*")


class Home:
    """The files of one server; passwords and port are in the folder, the data may be elsewhere.

    Attributes:
        folder: The absolute path of the folder given by the caller.
        account: The user that runs the server.
        root: The folder of data, logs and copied binaries: `folder`, or a folder under SYSTEM_DIR.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        data_root = self._read("place")
        self._moved_from = Path(data_root) if data_root and data_root != str(self.system_dir) else None
        self.root = self.system_dir if data_root == str(self.system_dir) else folder
        self.account = Account.of(folder, self.data)

    @property
    def is_ours(self) -> bool:
        """Whether a server of ours was started or created here; its data may be gone."""
        return any((self.folder / name).exists() for name in ("password", "port", "place", "lock"))

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The folder of the server's log files."""
        return self.root / "log"

    @property
    def system_dir(self) -> Path:
        """The folder of the data if the server's user cannot reach `folder`."""
        return SYSTEM_DIR / hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]

    @property
    def password(self) -> str | None:
        """The password of the role of runs; None before the first start."""
        return self._read("password")

    @property
    def admin_password(self) -> str | None:
        """The administrator's password; None before the first start, and for a cluster of an earlier version."""
        return self._read("admin-password")

    @property
    def port(self) -> int | None:
        """The port of the last start."""
        port = self._read("port")
        return int(port) if port and port.isdigit() else None

    def remember_port(self, port: int) -> None:
        """Store the port for the next start."""
        self._write(self.folder / "port", f"{port}\n")

    def remember_admin_password(self, password: str) -> None:
        """Store the administrator's password."""
        self._write(self.folder / "admin-password", f"{password}\n")

    @staticmethod
    def new_password() -> str:
        """Return a random password."""
        return secrets.token_urlsafe(24)

    def make_folder(self) -> None:
        """Create the folder for its owner; root's lets the server's user pass through."""
        if not self.folder.is_dir():
            make_data_dir(self.folder.parent)
            self.folder.mkdir(exist_ok=True)
            self.folder.chmod(0o711 if self.account.as_root else 0o700)
            self.account.give_to_owner(self.folder)

    def check_data_location(self) -> None:
        """Check that the data belongs to this folder.

        Raises:
            EmbeddedPostgresError: The folder was moved or copied while its data is in SYSTEM_DIR, or the server's user
                can no longer reach the data.
        """
        if self._moved_from is not None:
            raise EmbeddedPostgresError(
                f"{self.folder} was moved or copied: its database is in {self._moved_from} and belongs to the "
                f"folder's old path. Move the folder back, or delete {self.folder} to start with an empty database."
            )
        if self.data.exists() and not self.account.reaches(self.root):
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL runs as user id {self.account.uid}, which can no longer reach {self.data}. "
                f"Allow others to traverse the folders above it; or {START_AFRESH}."
            )

    def choose_data_location(self) -> None:
        """Choose the location of the data for the first start, and create the folders."""
        self.root = self.folder
        if not self.account.reaches(self.folder):
            self.root = self.system_dir
            self.root.mkdir(parents=True, exist_ok=True)
            for path in (SYSTEM_DIR, self.root):
                path.chmod(0o755)
            self._write(self.folder / "place", f"{self.root}\n")
        if self.password is None:
            self._write(self.folder / "password", f"{self.new_password()}\n")
        if self.admin_password is None:
            self.remember_admin_password(self.new_password())

    def clear_leftovers(self) -> None:
        """Delete the files of an interrupted initdb; only for the process that holds the lock."""
        for leftover in self.root.glob("init-*"):
            shutil.rmtree(leftover)

    def make_log_folder(self) -> None:
        """Create the folder of the log files."""
        self.log.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.log)

    def write_configuration(self, text: str) -> Path:
        """Write the server's configuration file and return its path."""
        path = self.root / "postgresql.conf"
        self._write(path, text)
        self.account.give(path)
        return path

    def remove(self) -> None:
        """Delete all files of the server, but neither other files in the folder nor the lock."""
        if self.root == self.system_dir:
            if self.root.exists():
                shutil.rmtree(self.root)
            with suppress(OSError):
                SYSTEM_DIR.rmdir()  # it may contain the data of other folders
        for name in _FILES:
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

    def _write(self, path: Path, text: str) -> None:
        temporary = path.with_name(f"{path.name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        self.account.give_to_owner(temporary)
        temporary.replace(path)
