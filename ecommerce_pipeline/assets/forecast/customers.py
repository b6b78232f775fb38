"""Step 5, forecast/customer_purchase: who will buy again, and for how much, from orders and visits as they were known.

Its rows are many: a run forecasts the newest of its days that has ended, and the ends of months; its other days have no
rows.
"""

from collections.abc import Iterator, Sequence
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

from ecommerce_pipeline.assets.forecast.frame import (
    LOADED,
    ended_days,
    forecast_attributes,
    judged,
    kept_and_due,
    not_yet,
    origins_of,
    table_name,
)
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.forecasts.customer_history import CustomerHistory
from ecommerce_pipeline.forecasts.customer_models import HORIZON
from ecommerce_pipeline.forecasts.customer_purchase import (
    DAYS_BEFORE,
    DAYS_OF_VISITS,
    LEAST_GAIN,
    MOST_ERROR,
    CustomerForecaster,
    Trial,
)
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import days_condition, within
from ecommerce_pipeline.schema.forecasts import customer_purchase
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.settings import Settings

ORDERS: Final = AssetKey(["core", "fact_order"])
LINES: Final = AssetKey(["core", "fact_transaction"])
PRODUCTS: Final = AssetKey(["core", "dim_product"])
VISITS: Final = AssetKey(["core", "dim_session"])

BETTER: Final = "better_than_one_feature"
CALIBRATED: Final = "calibrated"
CHECKS: Final = {
    BETTER: (
        f"As of {HORIZON} days before, the area under the ROC curve is at least {LEAST_GAIN:g} above that of the best "
        "single feature: recency, frequency, tenure, visits or value. If not, that feature's shares are published."
    ),
    CALIBRATED: (
        f"As of {HORIZON} days before, the expected calibration error of the probabilities is at most {MOST_ERROR:g}. "
        "If not, the shares by the best single feature are published."
    ),
}


def customer_purchase_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset with its checks."""

    @asset(
        **forecast_attributes(
            settings,
            customer_purchase,
            "Only what was known then is used. A run has rows of its newest day and of the ends of months.",
            CHECKS,
        ),
        deps=[ORDERS, LINES, PRODUCTS, VISITS, LOADED],
    )
    @retried
    def rows(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Output[pa.Table] | AssetCheckResult]:
        wanted = origins_among(ended_days(context, settings.time_zone))
        kept, origins = kept_and_due(context, warehouse, customer_purchase, wanted, ORDERS)
        if not wanted:
            yield Output(kept)
            yield from map(not_yet, CHECKS)
            return
        history = _history(warehouse, min(origins, default=wanted[-1]), wanted[-1], settings.time_zone)
        forecaster = CustomerForecaster(history)
        with extra.one_thread():
            made, trial = forecaster.forecast(origins), forecaster.trial(wanted[-1])
        yield Output(pa.concat_tables([kept, made]))
        yield from _checked(trial)

    return rows


def origins_among(days: Sequence[date]) -> list[date]:
    """Return the ends of months among days in order, and the newest.

    >>> [*map(str, origins_among([date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)]))]
    ['2026-01-31', '2026-02-02']
    """
    return [day for day in days if day == days[-1] or (day + ONE_DAY).day == 1]


def _history(warehouse: Warehouse, first: date, last: date, time_zone: str) -> CustomerHistory:
    """Return the orders and visits that may matter to origins from the first to the last."""
    days = Days((Window(first - timedelta(days=DAYS_BEFORE), last + ONE_DAY),))
    visited = Days((Window(first - timedelta(days=DAYS_OF_VISITS), last + ONE_DAY),))
    orders, lines, products, visits, loaded = (
        table_name(warehouse, table) for table in (ORDERS, LINES, PRODUCTS, VISITS, LOADED)
    )
    sales = f"""
        SELECT o.person_key, o.customer_id, o.{BUSINESS_DATE}, o.sold_on, o.cancelled_at,
            o.net_amount * o.exchange_rate AS net, c.costed, c.cost
        FROM {orders} o LEFT JOIN (
            SELECT l.{BUSINESS_DATE}, l.transaction_id, sum(l.net_amount * l.exchange_rate) AS costed,
                sum(l.quantity * p.unit_cost) AS cost
            FROM {lines} l JOIN {products} p ON l.product_id = p.product_id
            WHERE p.unit_cost IS NOT NULL AND {days_condition(f"l.{BUSINESS_DATE}", days)}
            GROUP BY l.{BUSINESS_DATE}, l.transaction_id
        ) c ON o.{BUSINESS_DATE} = c.{BUSINESS_DATE} AND o.transaction_id = c.transaction_id
        WHERE o.sold_on IS NOT NULL AND o.person_key IS NOT NULL AND {days_condition(f"o.{BUSINESS_DATE}", days)}
    """  # noqa: S608 - names of the platform
    visits = f"""
        SELECT customer_id, {BUSINESS_DATE}, count(*) AS visits FROM {visits}
        WHERE customer_id IS NOT NULL AND {within(visited)} GROUP BY customer_id, {BUSINESS_DATE}
    """  # noqa: S608
    loaded = f"SELECT DISTINCT {BUSINESS_DATE} FROM {loaded} WHERE {within(days)}"  # noqa: S608
    sold, seen, there = warehouse.queries([sales, visits, loaded])
    return CustomerHistory(sold, seen, origins_of(there), time_zone)


def _checked(trial: Trial | None) -> Iterator[AssetCheckResult]:
    if trial is None or not trial.model:
        yield from map(not_yet, CHECKS)
        return
    shared: dict[str, Any] = {
        "origin": str(trial.origin),
        "model": trial.model,
        "people": trial.people,
        "bought": trial.bought,
    }
    gain, best = trial.auc - trial.baseline_auc, trial.baseline
    worse = f"AUC {trial.auc:.3f}, of {best} alone {trial.baseline_auc:.3f}; the latter is published"
    yield judged(
        BETTER,
        None if gain >= LEAST_GAIN else worse,
        {**shared, "AUC": trial.auc, "best feature": best, "its AUC": trial.baseline_auc},
    )
    far = f"the expected calibration error is {trial.error:.3f}; shares by {best} are published"
    yield judged(
        CALIBRATED,
        None if trial.error <= MOST_ERROR else far,
        {**shared, "expected calibration error": trial.error},
    )
