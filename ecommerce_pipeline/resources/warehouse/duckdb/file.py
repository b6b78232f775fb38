"""Opening DuckDB's file: DuckDB admits one writing process or several reading ones, so others are waited for.

dbt does the same in its own process: `resources/dbt/cli.py`.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.locks import LOOK_SECONDS, WAIT_SECONDS, LockWait, lock_holder
from ecommerce_pipeline.resources.warehouse.duckdb.errors import system_fault, warehouse_error

_ATTEMPTS: Final = 3
"""A lock may end between DuckDB's attempt and the question who holds it: an error counts if it repeats unlocked."""


def open_file(
    path: Path, report: Callable[[str], object], *, read_only: bool, limit: float = WAIT_SECONDS
) -> duckdb.DuckDBPyConnection:
    """Open the file, after waiting for other processes.

    Args:
        path: The file.
        report: Takes the messages about a wait.
        read_only: Whether to open it for reading.
        limit: For how many seconds to wait.

    Raises:
        PlatformError: The file stays locked, is damaged, or must not be read or written.
        NotBuiltError: The file does not exist and is to be read.
    """
    wait = LockWait(path, report, limit)
    unlocked = 0
    while True:
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            elif not exists(path):
                raise not_built(path)
            return duckdb.connect(path, read_only=read_only)
        except duckdb.IOException as error:
            holder = _holder(path, exclusive=not read_only)
            if holder is not None:
                wait.pause(holder)
                unlocked = 0
                continue
            unlocked += 1
            if unlocked == _ATTEMPTS:
                raise (warehouse_error(path, error) or error) from None
            time.sleep(LOOK_SECONDS)
            if unlocked == _ATTEMPTS - 1 and not exists(path):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise (system_fault(path, error.errno) or error) from None
        except duckdb.Error as error:
            raise (warehouse_error(path, error) or error) from None


def exists(path: Path) -> bool:
    """Return whether there is a warehouse: an empty file is what a full disk left of its creation."""
    return path.exists() and (path.is_dir() or path.stat().st_size > 0)


def not_built(path: Path) -> NotBuiltError:
    """Return the error of reading a warehouse that does not exist."""
    return NotBuiltError(f"the warehouse {path} does not exist yet: `ecommerce-pipeline run` creates it")


def _holder(path: Path, *, exclusive: bool) -> int | None:
    try:
        return lock_holder(path, exclusive=exclusive)
    except OSError:  # DuckDB's own error says why the file cannot be opened
        return None
