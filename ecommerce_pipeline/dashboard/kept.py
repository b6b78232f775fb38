"""Parts of the page that are the same for any data, kept as files of the dashboard's folder: to make them is slow."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import uuid4

NAMES: Final = ("vega-*.js", "drawings-*.json")
"""Patterns of the files."""


def kept(file: Path, make: Callable[[], str]) -> str:
    """Return the text of a file, which is made if it is not there."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: a run's page and the thread that prepares it may both make the file.
        temporary = file.with_suffix(f".{uuid4().hex}")
        temporary.write_text(make(), "utf-8")
        temporary.replace(file)
    return file.read_text("utf-8")
