"""dbt's errors as PlatformErrors: dbt reports a full disk, short memory and DuckDB's errors as texts of its own."""

import os
import re
import signal
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import SPACE_CODES, PlatformError, TransientError, no_memory, no_space
from ecommerce_pipeline.resources.warehouse.duckdb.errors import reported_error

_SYSTEM_ERROR: Final = re.compile(r"\[Errno (\d+)\]")
"""Begins the text of Python's OSError."""
_MEMORY_ERROR: Final = re.compile(r"^\s*MemoryError\b", re.MULTILINE)


def dbt_error(failed: str, text: str, exit_code: int, folder: Path, warehouse: Path | None) -> PlatformError:
    """Return the error of a dbt command that failed.

    Args:
        failed: What could not be done.
        text: dbt's own errors.
        exit_code: Negative if a signal ended dbt.
        folder: Where dbt wrote its log and its compiled SQL.
        warehouse: DuckDB's file; None for other warehouses.
    """
    cause = _cause(text, exit_code, folder, warehouse)
    if cause is not None:
        return type(cause)(f"{failed}: {cause}")
    return PlatformError(f"{failed}. {text.strip() or f'dbt ended with code {exit_code}; its log is {folder}/dbt.log'}")


def _cause(text: str, exit_code: int, folder: Path, warehouse: Path | None) -> PlatformError | None:
    """Return a cause outside the models; None if there is none."""
    full = [code for code in map(int, _SYSTEM_ERROR.findall(text)) if code in SPACE_CODES]
    if full:
        return no_space(folder, os.strerror(full[0]))
    if _MEMORY_ERROR.search(text):
        return no_memory("dbt needs more", MemoryError.__name__)
    if exit_code == -signal.SIGKILL:
        return TransientError(
            "dbt was killed by SIGKILL, which the system sends when memory is short: if this repeats, give the machine "
            "or container more memory, or select fewer days"
        )
    if exit_code < 0:
        return TransientError(f"dbt was ended by {signal.Signals(-exit_code).name}: run it again")
    return reported_error(warehouse, text) if warehouse else None
