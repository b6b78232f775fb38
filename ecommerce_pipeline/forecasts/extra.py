"""The optional extra `forecast`: whether it is installed, and its slow import in the background."""

from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from threading import Thread
from typing import Any, Final

LIBRARY: Final = "statsforecast"


def installed() -> bool:
    """Return whether the extra is installed, without importing it."""
    return find_spec(LIBRARY) is not None


def library_version() -> str:
    """Return the library with its version, as forecasts name it."""
    return f"{LIBRARY} {version(LIBRARY)}"


def own_version() -> str:
    """Return this package with its version."""
    return f"ecommerce-pipeline {version('ecommerce-pipeline')}"


def import_early() -> None:
    """Begin the import in a thread: it takes seconds, which other steps wait for anyway."""
    if installed():
        Thread(target=import_module, args=(f"{LIBRARY}.models",), name="import-forecast", daemon=True).start()


def models() -> Any:
    """Return the library's module of models."""
    return import_module(f"{LIBRARY}.models")
