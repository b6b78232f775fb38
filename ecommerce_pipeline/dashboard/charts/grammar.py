"""Altair, imported when a drawing is made: that takes most of a second, which drawings that are kept save."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt
else:

    class _OnFirstUse:
        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("altair"), name)

    alt = _OnFirstUse()

__all__ = ["alt"]
