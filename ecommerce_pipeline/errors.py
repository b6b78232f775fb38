"""Errors whose messages are written for users: they name the thing, the value and the remedy."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ecommerce_pipeline.masking import mask

LEAST_BYTES: Final = 2**20
"""A disk with less free space is full."""
SPACE_CODES: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of the system's errors when a disk is full, or a quota or a limit of the size of files is reached."""


_REMEDIES: Final = {
    (errno.EACCES, errno.EPERM, errno.EROFS): "make it readable and writable for this user, or set DATA_DIR and "
    "DAGSTER_HOME to folders that are",
    (errno.ENOTDIR, errno.EISDIR, errno.EEXIST): "move away what is there, or set DATA_DIR to another folder",
}

WRITTEN_FOR_USERS: Final = {"PlatformError"}
"""PlatformError and the classes that derive from it: their message says all, so their name is left out of it."""


class PlatformError(Exception):
    """A problem outside the code; the message says what is wrong, where, and what to do.

    It is shown without a stack trace. Secrets in the message, such as those in a driver's error, are masked.
    """

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))

    def __init_subclass__(cls) -> None:
        """Register the class."""
        WRITTEN_FOR_USERS.add(cls.__name__)


class TransientError(PlatformError):
    """A temporary problem, after which the same work is retried: a broken connection, a deadlock, a full disk."""


class NotBuiltError(PlatformError):
    """A table or the whole warehouse does not exist, because nothing has built it yet."""


def no_space(place: Path | str, reason: str) -> TransientError:
    """Return the error of a write for which a disk has no space.

    Args:
        place: The file or folder that was written.
        reason: The system's text.
    """
    return TransientError(
        f"no space left for {place} ({reason}{_free(Path(place))}): delete files, or set DATA_DIR to a folder on a "
        "larger disk, and run it again"
    )


def no_memory(what: str, reason: str) -> TransientError:
    """Return the error of work for which the machine has no memory.

    Args:
        what: What could not be done.
        reason: The library's text.
    """
    return TransientError(
        f"memory is too short: {what} ({reason}). Close other programs, give the machine or container more memory, or "
        "select fewer days, and run it again"
    )


def explained(error: BaseException) -> PlatformError | None:
    """Return an error outside the code for users: a shortage, or a file that cannot be used; None for any other."""
    if isinstance(error, PlatformError):
        return error
    if cause := shortage(error):
        return cause
    if isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        return file_error(os.fsdecode(error.filename), "used", error)
    return None


def file_error(place: Path | str, verb: str, error: OSError) -> PlatformError:
    """Return the error of a file or folder that cannot be read, written or used, with the remedy for its cause."""
    reason = str(error.strerror or error)
    if error.errno in SPACE_CODES:
        return no_space(place, reason)
    remedy = next((f": {text}" for numbers, text in _REMEDIES.items() if error.errno in numbers), "")
    return PlatformError(f"{place} cannot be {verb} ({reason}){remedy}")


def shortage(error: BaseException) -> TransientError | None:
    """Return a full disk or short memory as an error for users; None if neither caused the error."""
    for cause in _chain(error):
        if isinstance(cause, PlatformError):
            return cause if isinstance(cause, TransientError) else None
        if _is_short_of_memory(cause):
            return no_memory("the work needs more", next(iter(str(cause).splitlines()), type(cause).__name__))
        if isinstance(cause, OSError) and cause.errno in SPACE_CODES:
            return no_space(cause.filename or "a file", str(cause.strerror))
        if isinstance(cause, sqlite3.Error) and _disk_is_full(
            cause, home := Path(os.environ.get("DAGSTER_HOME") or ".")
        ):
            return no_space(home.resolve(), f"SQLite: {cause}")
    return None


def _is_short_of_memory(error: BaseException) -> bool:
    # DuckDB's own error is known by its name here, as importing DuckDB takes some time.
    by_type = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException"
    return by_type or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _disk_is_full(error: sqlite3.Error, home: Path) -> bool:
    # Extended codes have the primary one in their low byte: https://sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # For its shared memory, SQLite reports a full disk as an I/O error.
    return code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and shutil.disk_usage(home).free < LEAST_BYTES)


def reported_number(text: str) -> int | None:
    """Return the number of the system's error whose text ends a line, as programs in C and C++ report it; else None.

    >>> reported_number('could not write file "x": No space left on device') == errno.ENOSPC
    True
    >>> reported_number("row 1: no space left on device, out of memory, locked") is None
    True
    """
    reasons = {line.rpartition(": ")[2] for line in text.splitlines()}
    return next((code for code in errno.errorcode if os.strerror(code) in reasons), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what caused it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _free(place: Path) -> str:
    """Return the free space of a disk, for a message; nothing if the place is not a path."""
    folder = next((parent for parent in (place, *place.parents) if place.is_absolute() and parent.exists()), None)
    return "" if folder is None else f", {shutil.disk_usage(folder).free / 2**20:,.0f} MiB free"
