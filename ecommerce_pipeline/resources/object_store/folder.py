"""Where the lake's objects and the dashboard's page are kept: a folder here.

A bucket, `GcsStore`, is another store with the same verbs. An object appears when it is complete and never before;
replacing one is atomic for its readers.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO, cast
from uuid import uuid4

import psutil
from dagster import ConfigurableResource

from ecommerce_pipeline.errors import PlatformError, TransientError

INCOMING = ".incoming"


class FolderStore(ConfigurableResource):  # type: ignore[type-arg]
    """Objects as files under a folder; written aside and moved into place."""

    folder: str

    def uri(self, path: str) -> str:
        """Return the file's absolute path."""
        return str(self._file(path))

    def link(self, path: str) -> str:
        """Return the file's `file://` address."""
        return self._file(path).resolve().as_uri()

    def reading(self, path: str) -> IO[bytes]:
        """Open a file for reading."""
        return self._file(path).open("rb")

    def sizes(self) -> dict[str, int]:
        """Return the size of every file, bytes, by path."""
        folder = Path(self.folder)
        sizes = {}
        for path in sorted(folder.glob("[!.]*/**/*")):
            with suppress(FileNotFoundError):  # deleted since it was listed
                found = path.stat()
                if S_ISREG(found.st_mode):
                    sizes[path.relative_to(folder).as_posix()] = found.st_size
        return sizes

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Write a file aside and move it into place when the block ends well.

        Raises:
            PlatformError: The disk is full, or the folder cannot be written.
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
        """Remove what writers that were killed have left behind."""
        for left in (Path(self.folder) / INCOMING).glob("*-*"):
            writer = int(left.name.split("-")[0])
            if not psutil.pid_exists(writer):
                left.unlink(missing_ok=True)

    def _file(self, path: str) -> Path:
        return Path(self.folder) / path


def _cannot_write(target: Path, error: OSError) -> PlatformError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        folder = next(parent for parent in target.parents if parent.exists())
        free = shutil.disk_usage(folder).free / 2**20
        return TransientError(
            f"no space left for {target} ({free:,.0f} MiB free): free some, or set DATA_DIR to a "
            "folder on a larger disk, and run it again"
        )
    return PlatformError(f"{target} cannot be written ({error.strerror}): make its folder writable, or set DATA_DIR")
