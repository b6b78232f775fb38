"""Parts of the page that are the same for any data, kept as files of the dashboard's folder: to make them is slow."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ecommerce_pipeline.files import write_whole

NAMES: Final = ("vega-*.js", "drawings-*.json")
"""Patterns of the files."""


def kept(file: Path, make: Callable[[], str]) -> str:
    """Return the text of a file, which is made if it is not there."""
    if not file.exists():
        # A run's page and the thread that prepares it may both make the file.
        write_whole(file, make().encode())
    return file.read_text("utf-8")
