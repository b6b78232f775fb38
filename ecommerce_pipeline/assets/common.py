"""What all assets share: the calendar as Dagster partitions, the window of a run, and how an asset is presented."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from dagster import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    DailyPartitionsDefinition,
    FreshnessPolicy,
    asset,
)
from sqlalchemy import Table

from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.instance.run_tags import partitions_of_run
from ecommerce_pipeline.io_managers.metadata import column_schema
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import kind
from ecommerce_pipeline.settings import Settings

OWNER: Final = "team:data-platform"

# The keys under which assets name their IO manager; the target decides what stands behind them.
LAKE_IO_MANAGER: Final = "lake_io_manager"
WAREHOUSE_IO_MANAGER: Final = "warehouse_io_manager"
DASHBOARD_STORE: Final = "dashboard_store"

DASHBOARD_PAGE: Final = "report.html"
"""The path of the dashboard's page in its store."""

FRESH: Final = FreshnessPolicy.time_window(fail_window=timedelta(hours=30), warn_window=timedelta(hours=26))
"""What is made daily is shown as late when it was not made for a day and some hours."""

WAREHOUSE_POOL: Final = "warehouse"
"""Steps that write to the warehouse, or compare it, wait for each other, in one run and across runs.

DuckDB admits one writing process. BigQuery admits many, but while dbt builds or rows are reconciled, no load of another
run may change the staging tables that several queries read.
"""


def daily(settings: Settings) -> DailyPartitionsDefinition:
    """Return the calendar: UTC days from the start date up to yesterday."""
    return DailyPartitionsDefinition(start_date=settings.start_date.isoformat(), timezone="UTC")


def presented(layer: str, table: Table, settings: Settings, place: str, kinds: set[str]) -> dict[str, Any]:
    """Return what the assets of every layer say of themselves: key, group, grain, columns, owner, kinds, partitions.

    Args:
        layer: First part of the key, and the group.
        table: The contract.
        settings: For the calendar.
        place: Where the asset is kept, a phrase to end the description with.
        kinds: The stores and formats, as the UI has icons for them.
    """
    return {
        "key": AssetKey([layer, table.name]),
        "group_name": layer,
        "description": f"{table.comment} {place}",
        "kinds": kinds,
        "owners": [OWNER],
        "tags": {"table_kind": kind(table)},
        "metadata": {"dagster/column_schema": column_schema(table)},
        "partitions_def": daily(settings) if kind(table) == "event" else None,
        "freshness_policy": FRESH if kind(table) == "event" else None,
    }


def table_asset(presentation: dict[str, Any], **more: Any) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Return the decorator of a table's asset: `presented` as told, a range of days being one run, tried again.

    Args:
        presentation: From `presented`.
        more: Further arguments of Dagster's `asset`.
    """
    # Dimensions too, though they have no days: Dagster runs a range at once only if all its assets say so.
    policy = BackfillPolicy.single_run()
    decorator: Callable[[Callable[..., Any]], AssetsDefinition] = asset(**presentation, backfill_policy=policy, **more)
    return lambda function: decorator(retried(function))


def window_of_run(context: AssetExecutionContext | AssetCheckExecutionContext) -> Window | None:
    """Return the days that the run materializes, also for assets without partitions; None if it has none."""
    partitions = partitions_of_run(context.run.tags)
    return Window.of_keys(*partitions) if partitions else None
