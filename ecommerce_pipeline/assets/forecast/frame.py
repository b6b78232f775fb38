"""What the assets of forecasts share: how they are stored, which origins a run forecasts, and what their checks say.

A partition is an origin, the last day known. What was forecast is a record: a run that also builds the marts forecasts
only the origins that have no forecast yet; the job `forecast` forecasts all its days again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    BackfillPolicy,
)
from sqlalchemy import Table

from ecommerce_pipeline.assets.common import ONE_RUN, WAREHOUSE_POOL, AssetAttributes, asset_attributes, days_of_run
from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.forecasts import LAYER
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

LOADED: Final = AssetKey(["staging", "reconciliation"])
"""Has a row for each day that is loaded."""


class ForecastAttributes(AssetAttributes):
    """The attributes that the assets of forecasts have beyond those of every layer."""

    check_specs: list[AssetCheckSpec]
    io_manager_key: str
    pool: str
    backfill_policy: BackfillPolicy


def forecast_attributes(settings: Settings, table: Table, uses: str, checks: Mapping[str, str]) -> ForecastAttributes:
    """Return the attributes of the asset of a table of forecasts, all but its parents.

    Args:
        settings: The platform's settings.
        table: The contract.
        uses: What it is made from, a sentence.
        checks: The descriptions of its checks by name.
    """
    kinds = target_of(settings).warehouse_kinds | {"parquet"}
    key = AssetKey([LAYER, table.name])
    return {
        **asset_attributes(LAYER, table, settings, uses, kinds, table_name=f"{LAYER}.{table.name}"),
        "check_specs": [AssetCheckSpec(name, asset=key, description=text) for name, text in checks.items()],
        "io_manager_key": WAREHOUSE_IO_MANAGER,
        "pool": WAREHOUSE_POOL,
        "backfill_policy": ONE_RUN,
    }


def ended_days(context: AssetExecutionContext, time_zone: str) -> list[date]:
    """Return the days of the run that have ended in the shop's time zone: others are no origins yet."""
    today = datetime.now(ZoneInfo(time_zone)).date()
    return [day for day in days_of_run(context) if day < today]


def kept_and_due(
    context: AssetExecutionContext, warehouse: Warehouse, table: Table, origins: Sequence[date], mart: AssetKey
) -> tuple[pa.Table, list[date]]:
    """Return the forecasts of the run that stay as they are, and the origins to forecast.

    Args:
        context: Of the step.
        warehouse: Where the forecasts are.
        table: Their table.
        origins: The origins that the run may forecast.
        mart: What they are made from: a run that does not build it forecasts all its origins again.
    """
    kept = arrow_schema(table).empty_table()
    if origins and mart in context.job_def.asset_layer.executable_asset_keys:
        kept = stored(warehouse, table, Days.of(origins))
    there = set(origins_of(kept))
    return kept, [day for day in origins if day not in there]


def stored(warehouse: Warehouse, table: Table, origins: Days) -> pa.Table:
    """Return the forecasts of origins that are there."""
    schema = arrow_schema(table)
    try:
        return warehouse.read(table, LAYER, origins).cast(schema)
    except NotBuiltError:  # the first run
        return schema.empty_table()


def origins_of(rows: pa.Table) -> list[date]:
    """Return the days of rows."""
    return [day for day in rows[BUSINESS_DATE].to_pylist() if day is not None]


def table_name(warehouse: Warehouse, table: AssetKey) -> str:
    """Return a table's name in queries."""
    layer, name = table.path
    return f"{warehouse.schema_of(layer)}.{name}"


def judged(check: str, wrong: str | None, metadata: Mapping[str, Any]) -> AssetCheckResult:
    """Return the result of a check, which warns: a forecast that fails is not published, and fails no run.

    Args:
        check: Its name.
        wrong: What is wrong; None or empty if it passed.
        metadata: What was measured.
    """
    return AssetCheckResult(
        check_name=check,
        passed=not wrong,
        severity=AssetCheckSeverity.WARN,
        description=wrong or None,
        metadata=metadata,
    )


def not_yet(check: str) -> AssetCheckResult:
    """Return the result of a check that has nothing to compare with."""
    return AssetCheckResult(
        check_name=check, passed=True, description="There are too few earlier origins to compare with."
    )
