"""An object store in a local folder.

An object appears when it is complete, and replacing one is atomic for its readers.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO, ClassVar, cast
from uuid import uuid4

import psutil
from dagster import ConfigurableResource

from ecommerce_pipeline.errors import SPACE_CODES, PlatformError, no_space

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
        """Open a file for reading."""
        return self._file(path).open("rb")

    def sizes(self) -> dict[str, int]:
        """Return the size of every file in bytes, by path."""
        folder = Path(self.folder)
        sizes = {}
        for path in sorted(folder.glob("[!.]*/**/*")):
            with suppress(FileNotFoundError):  # deleted since it was listed
                status = path.stat()
                if S_ISREG(status.st_mode):
                    sizes[path.relative_to(folder).as_posix()] = status.st_size
        return sizes

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a temporary file and rename it to the object if the block ends without an error.

        Raises:
            PlatformError: The disk is full, or the folder is not writable.
        """
        target = self._file(path)
        incoming = Path(self.folder) / INCOMING / f"{os.getpid()}-{uuid4().hex}"
        try:
            incoming.parent.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            with incoming.open("wb") as file:
                yield cast(IO[bytes], file)
                file.flush()
                os.fsync(file.fileno())
            incoming.replace(target)
        except OSError as error:
            raise _cannot_write(target, error) from None
        finally:
            incoming.unlink(missing_ok=True)

    def clean(self) -> None:
        """Delete the temporary files of writers that were killed."""
        for leftover in (Path(self.folder) / INCOMING).glob("*-*"):
            writer = int(leftover.name.split("-")[0])
            if not psutil.pid_exists(writer):
                leftover.unlink(missing_ok=True)

    def _file(self, path: str) -> Path:
        return Path(self.folder) / path


def _cannot_write(target: Path, error: OSError) -> PlatformError:
    reason = str(error.strerror or error)
    if error.errno in SPACE_CODES:
        return no_space(target, reason)
    return PlatformError(f"{target} cannot be written ({reason}): make its folder writable, or set DATA_DIR")
