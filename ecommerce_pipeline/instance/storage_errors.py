"""Errors of Dagster's home as messages for users: SQLite files and a dagster.yaml that no code of ours opens."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil
from sqlalchemy.exc import DBAPIError

from ecommerce_pipeline.errors import PlatformError, explained
from ecommerce_pipeline.locks import describe

UNUSABLE_CHARACTERS: Final = "?%"
"""Dagster makes a URL of the home's path without quoting it."""

_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_CLOSED: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)


def check_path(home: Path) -> None:
    """Check that Dagster can use a path as its home.

    Raises:
        PlatformError: It contains characters that Dagster cannot.
    """
    if found := sorted(set(UNUSABLE_CHARACTERS) & set(str(home))):
        raise PlatformError(
            f"Dagster's home {home} contains {' and '.join(found)}, with which Dagster opens no files: rename the "
            "folder, or set DAGSTER_HOME to another"
        )


@contextmanager
def explaining_storage_errors(home: Path) -> Iterator[None]:
    """Raise errors of the SQLite files in the home as PlatformErrors.

    Raises:
        PlatformError: A file is locked, read-only, damaged or not a file.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.Error):
            raise
        raise explained(error) or _storage_error(home, cause) from error


@contextmanager
def explaining_configuration_errors(home: Path) -> Iterator[None]:
    """Raise errors of the home's dagster.yaml as PlatformErrors.

    Raises:
        PlatformError: It is malformed, or names what does not exist.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error, PlatformError):
        raise
    except Exception as error:
        if cause := explained(error):
            raise cause from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PlatformError(
            f"{home / 'dagster.yaml'} cannot be used ({reason}): correct it, or delete it to get the project's own"
        ) from error


def _storage_error(home: Path, error: sqlite3.Error) -> PlatformError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _LOCKED:
        return PlatformError(
            f"Dagster's storage in {home} is locked{_other_users(home)} ({error}): close the program that uses it, "
            "then run it again"
        )
    if code in _CLOSED:
        return PlatformError(
            f"Dagster's storage in {home} cannot be written ({error}): make its files and folders writable for this "
            "user, or set DAGSTER_HOME to another folder"
        )
    return PlatformError(
        f"Dagster's storage in {home} is damaged ({error}): move {home / 'history'} and {home / 'schedules'} away; "
        "Dagster then starts a new history of runs. The data of lake and warehouse is not in them"
    )


def _other_users(home: Path) -> str:
    """Return the other processes that have files of the home open, as far as this user can see them."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            uses = any(Path(file.path).is_relative_to(home) for file in process.open_files())
            if uses and process.pid != os.getpid():
                found.append(describe(process.pid))
    return f" by {', '.join(found)}" if found else ""
