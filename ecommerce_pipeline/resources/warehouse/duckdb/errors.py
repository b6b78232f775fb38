"""DuckDB's errors as PlatformErrors: the cause, whether a retry helps, and the remedy.

The cause is the error's type and, for an IOException, the number of the system's error; words in its text can be a
row's or a file's own. DuckDB passes on that number as the system's text only, which ends the message.
"""

import errno
import os
import re
from pathlib import Path
from typing import Final

import duckdb

from ecommerce_pipeline.errors import SPACE_CODES, PlatformError, TransientError, no_memory, no_space, reported_number

REBUILD: Final = "`ecommerce-pipeline rebuild-warehouse` builds it again from the lake"

_PERMISSION_CODES: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_KIND_CODES: Final = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST})
_NAMES: Final[dict[str, type[duckdb.Error]]] = {
    "IO": duckdb.IOException,
    "Out of Memory": duckdb.OutOfMemoryException,
    "TransactionContext": duckdb.TransactionException,
    "Serialization": duckdb.SerializationException,
    "FATAL": duckdb.FatalException,
}
"""The types whose cause is not the query, by the names that begin their messages."""
_REPORTED: Final = re.compile(rf"^\s*({'|'.join(_NAMES)}) Error: (.*)$", re.MULTILINE)


def warehouse_error(path: Path, error: Exception) -> PlatformError | None:
    """Return an error of the machine or of the warehouse's file for users; None of an error of the query.

    Args:
        path: The file.
        error: DuckDB's error, while it opened or used the file.
    """
    reason = first_line(error)
    if fault := system_fault(path, reported_number(str(error))):
        return fault
    if isinstance(error, duckdb.OutOfMemoryException):
        return no_memory(f"DuckDB needs more, or more disk space beside {path} for what does not fit", reason)
    if isinstance(error, duckdb.TransactionException):
        return TransientError(f"the warehouse {path} could not save a change ({reason}): run it again")
    if not isinstance(error, tuple(_NAMES.values())):
        return None
    return PlatformError(f"the warehouse {path} is damaged ({reason}): {REBUILD}")


def system_fault(path: Path, code: int | None) -> PlatformError | None:
    """Return an error of the system about the warehouse's file for users; None if it has another cause."""
    if code in SPACE_CODES:
        return no_space(path, os.strerror(code))
    if code in _PERMISSION_CODES:
        return PlatformError(
            f"the warehouse {path} cannot be opened ({os.strerror(code)}): make the file and its folder writable for "
            "this user, or set DATA_DIR"
        )
    if code in _KIND_CODES:
        return PlatformError(f"{path} cannot be a file ({os.strerror(code)}): move away what is there, or set DATA_DIR")
    return None


def reported_error(path: Path, text: str) -> PlatformError | None:
    """Return the same of a text in which another program, dbt, repeats DuckDB's error."""
    errors = (_NAMES[name](message) for name, message in _REPORTED.findall(text))
    return next((found for error in errors if (found := warehouse_error(path, error))), None)


def reported_memory_error(text: str) -> TransientError | None:
    """Return short memory for users, from a text in which PyArrow repeats DuckDB's error; None for other errors."""
    reasons = (message for name, message in _REPORTED.findall(text) if name == "Out of Memory")
    return next((no_memory("DuckDB needs more", reason) for reason in reasons), None)


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return str(error).strip().splitlines()[0]
