"""Step 5, forecast/sales_daily: revenue and orders of the next weeks, from sales as they were known at each origin."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pyarrow as pa
from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Output,
    ResourceParam,
    asset,
)

from ecommerce_pipeline.assets.campaigns import CAMPAIGNS, campaign_calendar
from ecommerce_pipeline.assets.forecast.frame import (
    LOADED,
    ended_days,
    forecast_attributes,
    judged,
    kept_and_due,
    not_yet,
    origins_of,
    stored,
    table_name,
)
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts.ets import ets
from ecommerce_pipeline.forecasts.sales_daily import (
    BACK_ORIGINS,
    LEAST_BACK_ORIGINS,
    MEASURES,
    MOST_MASE,
    SalesForecaster,
    Trial,
    back_origins,
    fitted_on,
)
from ecommerce_pipeline.forecasts.sales_history import MOST_DAYS, SalesHistory
from ecommerce_pipeline.forecasts.timesfm import timesfm
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.forecasts import sales_daily
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.settings import Settings

SALES: Final = AssetKey(["datamart", "marts_sales_as_known"])

BETTER: Final = "better_than_naive"
COVERED: Final = "intervals_hold"
LEAST_COVERED, MOST_COVERED = 0.75, 0.90
"""Of the outcomes, in intervals of 80 %: fewer mislead, and more say less than is known."""
CHECKS: Final = {
    BETTER: (
        f"As of {BACK_ORIGINS} earlier origins, a week apart, the model's error (MASE) is at most {MOST_MASE:g} of the "
        "seasonal naive forecast's. If not, that forecast is published in its place."
    ),
    COVERED: (
        f"Of what came after {BACK_ORIGINS} earlier origins, {LEAST_COVERED:.0%} to {MOST_COVERED:.0%} is in the "
        "published intervals of 80 %."
    ),
}


def sales_daily_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset with its checks."""

    @asset(
        **forecast_attributes(settings, sales_daily, "Only what was known at the end of the origin is used.", CHECKS),
        deps=[SALES, LOADED, CAMPAIGNS],
    )
    @retried
    def rows(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Output[pa.Table] | AssetCheckResult]:
        kept, origins = kept_and_due(context, warehouse, sales_daily, ended_days(context, settings.time_zone), SALES)
        newest = max([*origins, *origins_of(kept)], default=None)
        if newest is None:  # the run has only a day that has not ended
            yield Output(kept)
            yield from map(not_yet, CHECKS)
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
    """Return the sales that may matter to origins from the first to the last, and to those before them."""
    earliest = fitted_on(back_origins(first)[-1])
    days = within(Days((Window(earliest - timedelta(days=MOST_DAYS), last + ONE_DAY),)))
    columns = ", ".join(SalesHistory.COLUMNS)
    sales, loaded = warehouse.queries(
        [
            f"SELECT {columns} FROM {table_name(warehouse, SALES)} WHERE {days}",  # noqa: S608 - names of the platform
            f"SELECT DISTINCT {BUSINESS_DATE} FROM {table_name(warehouse, LOADED)} WHERE {days}",  # noqa: S608
        ]
    )
    return SalesHistory(sales, origins_of(loaded))


def _earlier(warehouse: Warehouse, origins: Sequence[date], made: pa.Table) -> pa.Table:
    """Return the forecasts of earlier origins that the run has not made itself."""
    others = set(origins) - set(origins_of(made))
    return stored(warehouse, sales_daily, Days.of(others)) if others else made.slice(0, 0)


def _better(trials: Mapping[str, Trial]) -> AssetCheckResult:
    tried = {measure: trial for measure, trial in trials.items() if trial.origins >= LEAST_BACK_ORIGINS}
    if not tried:
        return not_yet(BETTER)
    worse = {measure: trial.ratio for measure, trial in tried.items() if not trial.passed}
    metadata: dict[str, Any] = {}
    for measure, trial in tried.items():
        metadata |= {f"MASE of {measure}": trial.mase, f"MASE of {measure}, naive": trial.naive_mase}
        metadata |= {f"{measure}: share of naive": trial.ratio, f"{measure}: earlier origins": trial.origins}
    wrong = "; ".join(
        f"{measure}: the error is {ratio:.2f} of the seasonal naive forecast's, which is published in its place"
        for measure, ratio in worse.items()
    )
    return judged(BETTER, wrong, metadata)


def _covered(forecaster: SalesForecaster, newest: date, rows: pa.Table) -> AssetCheckResult:
    found = {measure: forecaster.covered(newest, measure, rows) for measure in MEASURES}
    known = {measure: share for measure, share in found.items() if share is not None}
    if not known:
        return not_yet(COVERED)
    wrong = {measure: share for measure, share in known.items() if not LEAST_COVERED <= share <= MOST_COVERED}
    found_wrong = "; ".join(f"{measure}: the intervals of 80 % hold {share:.0%}" for measure, share in wrong.items())
    return judged(COVERED, found_wrong, {f"share in intervals of {measure}": share for measure, share in known.items()})
