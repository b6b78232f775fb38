"""Step 5, forecast/<table>: what is likely to come, from the marts as they were known at the end of each origin.

A partition is an origin, the last day known. What was forecast is a record: a run that also builds the marts forecasts
only the origins that have no forecast yet; the job `forecast` forecasts all its days again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Output,
    ResourceParam,
    asset,
)
from sqlalchemy import Table

from ecommerce_pipeline.assets.campaigns import CAMPAIGNS, campaign_calendar
from ecommerce_pipeline.assets.common import ONE_RUN, WAREHOUSE_POOL, asset_attributes, days_of_run
from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts.ets import ets
from ecommerce_pipeline.forecasts.sales_daily import (
    BACK_ORIGINS,
    LEAST_BACK_ORIGINS,
    LEAST_DAYS,
    MEASURES,
    MOST_MASE,
    SalesForecaster,
    Trial,
    back_origins,
)
from ecommerce_pipeline.forecasts.sales_history import MOST_DAYS, SalesHistory
from ecommerce_pipeline.forecasts.timesfm import timesfm
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.forecasts import LAYER, sales_daily
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

SALES: Final = AssetKey(["datamart", "marts_sales_as_known"])
LOADED: Final = AssetKey(["staging", "reconciliation"])

BETTER: Final = "better_than_naive"
COVERED: Final = "intervals_hold"
LEAST_COVERED, MOST_COVERED = 0.75, 0.90
"""Of the outcomes, in intervals of 80 %: fewer mislead, and more say less than is known."""


def forecast_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table of forecasts."""
    return [_sales_daily(settings)]


def will_forecast(context: AssetExecutionContext, days: Days) -> bool:
    """Return whether the run forecasts by a model, whose library takes seconds to import."""
    if AssetKey([LAYER, sales_daily.name]) not in context.job_def.asset_layer.executable_asset_keys:
        return False
    return len(context.instance.get_materialized_partitions(SALES) | set(map(str, days))) >= LEAST_DAYS


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
        kept = _stored(warehouse, table, Days.of(origins))
    there = set(origins_of(kept))
    return kept, [day for day in origins if day not in there]


def _sales_daily(settings: Settings) -> AssetsDefinition:
    key = AssetKey([LAYER, sales_daily.name])

    @asset(
        **asset_attributes(
            LAYER,
            sales_daily,
            settings,
            "Only what was known at the end of the origin is used.",
            target_of(settings).warehouse_kinds | {"parquet"},
            table_name=f"{LAYER}.{sales_daily.name}",
        ),
        deps=[SALES, LOADED, CAMPAIGNS],
        check_specs=_sales_checks(key),
        io_manager_key=WAREHOUSE_IO_MANAGER,
        pool=WAREHOUSE_POOL,
        backfill_policy=ONE_RUN,
    )
    @retried
    def rows(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Output[pa.Table] | AssetCheckResult]:
        kept, origins = kept_and_due(context, warehouse, sales_daily, ended_days(context, settings.time_zone), SALES)
        newest = max([*origins, *origins_of(kept)], default=None)
        if newest is None:  # the run has only a day that has not ended
            yield Output(kept)
            yield from (not_yet(check) for check in (BETTER, COVERED))
            return
        forecaster = SalesForecaster(
            _history(warehouse, min(origins, default=newest), newest),
            campaign_calendar(settings, warehouse),
            timesfm(warehouse.query) if settings.forecast_model == "bigquery" else ets(),
        )
        made = pa.concat_tables([kept, forecaster.forecast(origins)])
        yield Output(made)
        yield _better(forecaster.trials(newest))
        yield _covered(forecaster, newest, pa.concat_tables([made, _earlier(warehouse, back_origins(newest), made)]))

    return rows


def _history(warehouse: Warehouse, first: date, last: date) -> SalesHistory:
    """Return the sales that may matter to origins from the first to the last."""
    days = within(Days((Window(first - timedelta(days=MOST_DAYS), last + ONE_DAY),)))
    columns = ", ".join(SalesHistory.COLUMNS)
    sales, loaded = warehouse.queries(
        [
            f"SELECT {columns} FROM {table_name(warehouse, SALES)} WHERE {days}",  # noqa: S608 - names of the platform
            f"SELECT DISTINCT {BUSINESS_DATE} FROM {table_name(warehouse, LOADED)} WHERE {days}",  # noqa: S608
        ]
    )
    return SalesHistory(sales, origins_of(loaded))


def table_name(warehouse: Warehouse, table: AssetKey) -> str:
    """Return a table's name in queries."""
    layer, name = table.path
    return f"{warehouse.schema_of(layer)}.{name}"


def _earlier(warehouse: Warehouse, origins: Sequence[date], made: pa.Table) -> pa.Table:
    """Return the forecasts of earlier origins that the run has not made itself."""
    others = set(origins) - set(origins_of(made))
    return _stored(warehouse, sales_daily, Days.of(others)) if others else made.slice(0, 0)


def _stored(warehouse: Warehouse, table: Table, origins: Days) -> pa.Table:
    schema = arrow_schema(table)
    try:
        return warehouse.read(table, LAYER, origins).cast(schema)
    except NotBuiltError:  # the first run
        return schema.empty_table()


def origins_of(rows: pa.Table) -> list[date]:
    """Return the days of rows."""
    return [day for day in rows[BUSINESS_DATE].to_pylist() if day is not None]


def _sales_checks(key: AssetKey) -> list[AssetCheckSpec]:
    better = (
        f"As of {BACK_ORIGINS} earlier origins, a week apart, the model's error (MASE) is at most {MOST_MASE:g} of the "
        "seasonal naive forecast's. If not, that forecast is published in its place."
    )
    covered = (
        f"Of what came after {BACK_ORIGINS} earlier origins, {LEAST_COVERED:.0%} to {MOST_COVERED:.0%} is in the "
        "published intervals of 80 %."
    )
    return [
        AssetCheckSpec(BETTER, asset=key, description=better),
        AssetCheckSpec(COVERED, asset=key, description=covered),
    ]


def _better(trials: Mapping[str, Trial]) -> AssetCheckResult:
    tried = {measure: trial for measure, trial in trials.items() if trial.origins >= LEAST_BACK_ORIGINS}
    if not tried:
        return not_yet(BETTER)
    worse = {measure: trial.ratio for measure, trial in tried.items() if not trial.passed}
    metadata: dict[str, Any] = {}
    for measure, trial in tried.items():
        metadata |= {f"MASE of {measure}": trial.mase, f"MASE of {measure}, naive": trial.naive_mase}
        metadata |= {f"{measure}: share of naive": trial.ratio, f"{measure}: earlier origins": trial.origins}
    return AssetCheckResult(
        check_name=BETTER,
        passed=not worse,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(
            f"{measure}: the error is {ratio:.2f} of the seasonal naive forecast's, which is published in its place"
            for measure, ratio in worse.items()
        )
        or None,
        metadata=metadata,
    )


def _covered(forecaster: SalesForecaster, newest: date, rows: pa.Table) -> AssetCheckResult:
    found = {measure: forecaster.covered(newest, measure, rows) for measure in MEASURES}
    known = {measure: share for measure, share in found.items() if share is not None}
    if not known:
        return not_yet(COVERED)
    wrong = {measure: share for measure, share in known.items() if not LEAST_COVERED <= share <= MOST_COVERED}
    return AssetCheckResult(
        check_name=COVERED,
        passed=not wrong,
        severity=AssetCheckSeverity.WARN,
        description="; ".join(f"{measure}: the intervals of 80 % hold {share:.0%}" for measure, share in wrong.items())
        or None,
        metadata={f"share in intervals of {measure}": share for measure, share in known.items()},
    )


def not_yet(check: str) -> AssetCheckResult:
    """Return the result of a check that has nothing to compare with."""
    return AssetCheckResult(
        check_name=check, passed=True, description="There are too few earlier origins to compare with."
    )
