"""What all assets share: the calendar as Dagster partitions, the days of a run, and an asset's attributes."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any, Final, TypedDict

from dagster import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    AssetKey,
    BackfillPolicy,
    DailyPartitionsDefinition,
    FreshnessPolicy,
)
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import NO_DAYS, days_of_tags
from ecommerce_pipeline.io_managers.metadata import column_schema
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.schema.tables import kind
from ecommerce_pipeline.settings import Settings

OWNER: Final = "team:data-platform"

FRESH: Final = FreshnessPolicy.time_window(fail_window=timedelta(hours=30), warn_window=timedelta(hours=26))
"""An asset that is materialized daily is shown as late some hours after a missed day."""

ONE_RUN: Final = BackfillPolicy.single_run()
"""A range of days is one run: every asset of the range needs this policy."""

WAREHOUSE_POOL: Final = "warehouse"
"""Serializes the steps that write or compare warehouse tables: those of different runs, and in DuckDB those of one run.

DuckDB admits one writing process. BigQuery admits many, but no load of another run may change the staging tables while
dbt builds from them or rows are reconciled: both read them with several queries.
"""


def daily(settings: Settings) -> DailyPartitionsDefinition:
    """Return the calendar: the days from the start date up to yesterday, of a synthetic shop not beyond its last day.

    With TODAY, today is in it too.

    All assets have it, also those that a run replaces whole: Dagster's backfills start a run of their own for each
    group of assets with another calendar, and a dimension in a run without days has no day to be the snapshot of.
    """
    end = (settings.end_date + ONE_DAY).isoformat() if settings.source == "synthetic" else None
    start, offset = settings.start_date.isoformat(), 1 if settings.today else 0
    return DailyPartitionsDefinition(start_date=start, end_date=end, end_offset=offset, timezone=settings.time_zone)


class AssetAttributes(TypedDict):
    """The arguments of Dagster's `asset` and `AssetSpec` that follow from the table contract."""

    key: AssetKey
    group_name: str
    description: str
    kinds: set[str]
    owners: list[str]
    tags: dict[str, str]
    metadata: dict[str, Any]
    partitions_def: DailyPartitionsDefinition
    freshness_policy: FreshnessPolicy | None


def asset_attributes(
    layer: str,
    table: Table,
    settings: Settings,
    storage: str,
    kinds: AbstractSet[str],
    *,
    table_name: str | None = None,
) -> AssetAttributes:
    """Return the attributes that the assets of every layer derive from the table contract.

    Args:
        layer: First part of the key, and the group.
        table: The contract.
        settings: For the calendar.
        storage: How the asset is stored, a sentence to end the description with.
        kinds: The stores and formats, shown as icons in the UI.
        table_name: Of an asset that is a database's table, its name with the schema.
    """
    return {
        "key": AssetKey([layer, table.name]),
        "group_name": layer,
        "description": f"{table.comment} {storage}",
        "kinds": set(kinds),
        "owners": [OWNER],
        "tags": {"table_kind": kind(table)},
        "metadata": {
            "dagster/column_schema": column_schema(table),
            **({"dagster/table_name": table_name} if table_name else {}),
        },
        "partitions_def": daily(settings),
        "freshness_policy": FRESH if kind(table) == "event" else None,
    }


def days_of_run(context: AssetExecutionContext) -> Days:
    """Return the days that the run materializes.

    Raises:
        PlatformError: It has none.
    """
    days = days_of_tags(context.run.tags)
    if days is None:
        raise PlatformError(NO_DAYS)
    return days


def days_to_check(context: AssetExecutionContext | AssetCheckExecutionContext, keys: Iterable[AssetKey]) -> Days:
    """Return the days of the run; of checks that are run by themselves, the newest day that all their assets have.

    Raises:
        PlatformError: There is no such day.
    """
    if of_run := days_of_tags(context.run.tags):
        return of_run
    of_assets = [context.instance.get_materialized_partitions(key) for key in keys]
    common = set.intersection(*of_assets) if of_assets else set()
    if not common:
        raise PlatformError("there is nothing to check yet: materialize a day of these assets first")
    newest = max(common)
    return Days.of_keys(newest, newest)
