"""Dagster's library for dbt, imported as where dbt is not installed: that import takes longer than all others together.

Only dbt's own process needs dbt. Without it the library cannot select models of a manifest, of which all are assets.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _not_importable(name: str) -> Iterator[None]:
    """Let imports of a module fail that has not been imported yet."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with _not_importable("dbt.version"):
    from dagster_dbt import (
        DagsterDbtTranslator,
        DagsterDbtTranslatorSettings,
        DbtCliInvocation,
        DbtProject,
        dbt_assets,
    )
    from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
    from dagster_dbt.core.dbt_cli_event import DbtCliEventMessage

__all__ = [
    "DagsterDbtTranslator",
    "DagsterDbtTranslatorSettings",
    "DbtCliEventMessage",
    "DbtCliInvocation",
    "DbtProject",
    "dbt_assets",
    "get_updated_cli_invocation_params_for_context",
]
