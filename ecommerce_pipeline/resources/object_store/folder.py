"""An object store in a local folder.

An object appears when it is complete, and replacing one is atomic for its readers.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO, ClassVar, cast
from uuid import uuid4

from dagster import ConfigurableResource

from ecommerce_pipeline.errors import file_error

INCOMING = ".incoming"


class FolderStore(ConfigurableResource):  # type: ignore[type-arg]
    """Objects as files in a folder, written to temporary files and renamed."""

    is_remote: ClassVar[bool] = False
    folder: str

    def uri(self, path: str) -> str:
        """Return the file's absolute path."""
        return str(self._file(path))

    def link(self, path: str) -> str:
        """Return the file's `file://` URL."""
        return self._file(path).resolve().as_uri()

    def reading(self, path: str) -> IO[bytes]:
        """Open a file for reading.

        Raises:
            FileNotFoundError: There is no such file.
            PlatformError: It cannot be read.
        """
        file = self._file(path)
        try:
            return file.open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise file_error(file, "read", error) from None

    def sizes(self) -> dict[str, int]:
        """Return the size of every file in bytes, by path.

        Raises:
            PlatformError: The folder is none.
        """
        folder = Path(self.folder)
        if folder.exists() and not folder.is_dir():
            raise file_error(folder, "read", NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)))
        sizes = {}
        for path in sorted(folder.glob("[!.]*/**/*")):
            with suppress(FileNotFoundError):  # deleted since it was listed
                status = path.stat()
                if S_ISREG(status.st_mode):
                    sizes[path.relative_to(folder).as_posix()] = status.st_size
        return sizes

    def purge(self, path: str) -> None:
        """Do nothing: a file that was replaced has no earlier versions."""

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a temporary file and rename it to the object if the block ends without an error.

        Raises:
            PlatformError: The disk is full, or the folder is not writable.
        """
        target = self._file(path)
        folder = Path(self.folder) / INCOMING
        incoming: Path | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            incoming, file = _create_locked(folder)
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
                incoming.replace(target)
        except OSError as error:
            raise file_error(target, "written", error) from None
        finally:
            if incoming is not None:
                incoming.unlink(missing_ok=True)

    def clean(self) -> None:
        """Delete the temporary files of writers that were killed: no process has them locked, here or elsewhere.

        A process id would say nothing of a writer in another container.
        """
        for leftover in (Path(self.folder) / INCOMING).glob("*"):
            with suppress(OSError), leftover.open("r+b") as file:  # a writer has locked it, or it is gone
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                leftover.unlink()

    def _file(self, path: str) -> Path:
        return Path(self.folder) / path


def _create_locked(folder: Path) -> tuple[Path, IO[bytes]]:
    """Create a temporary file that is locked until it is closed; between the two steps, `clean` may have deleted it."""
    while True:
        path = folder / uuid4().hex
        file = path.open("xb")
        with suppress(OSError):  # a file system without locks: `clean` cannot lock it either
            fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists():
            return path, cast(IO[bytes], file)
        file.close()
