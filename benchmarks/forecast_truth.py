"""Forecasts of customers and pairs of products beside the truth of the synthetic shop, for docs/forecasts.md."""

from collections.abc import Iterator
from datetime import date, timedelta
from textwrap import fill
from typing import Any, Final

import duckdb
import numpy as np

from benchmarks.graph import LAST
from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.forecasts.customer_models import HORIZON
from ecommerce_pipeline.forecasts.product_affinity import COLUMNS, LEAST_ORDERS, Affinity
from ecommerce_pipeline.forecasts.scores import auc, expected_calibration_error
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic.truth import alive, planted_pairs, purchase_rates

SHOP: Final = shop_settings(Settings.from_environment({}))
FEATURES: Final = ("recency_days", "purchase_days", "tenure_days", "visits_30d", "mean_value")
DECILES: Final = 10
WIDTH: Final = 120

_SCORED: Final = """
    SELECT person_key, probability_30d::DOUBLE AS probability, coalesce(alive, 0)::DOUBLE AS alive, published,
        recency_days, purchase_days, tenure_days, visits_30d, mean_value::DOUBLE AS mean_value,
        person_key IN (
            SELECT person_key FROM core.fact_order
            WHERE person_key IS NOT NULL AND business_date > $origin AND business_date <= $end AND sold_on <= $end
                AND (cancelled_at IS NULL OR cancelled_at::DATE > $end)
        ) AS bought
    FROM forecast.customer_purchase WHERE business_date = $origin ORDER BY person_key
"""


def customers(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the scores of the origins whose days are over, and the newest of these by deciles, as Markdown."""
    origins = connection.execute(
        "SELECT DISTINCT business_date FROM forecast.customer_purchase WHERE business_date <= $last ORDER BY ALL",
        {"last": LAST - timedelta(days=HORIZON)},
    ).fetchall()
    yield "| origin | people | bought | AUC | of the best feature | which | ECE | by the model |"
    yield "| --- | ---: | ---: | ---: | ---: | --- | ---: | --- |"
    rows: dict[str, Any] = {}
    for (origin,) in origins:
        rows = connection.execute(_SCORED, {"origin": origin, "end": origin + timedelta(days=HORIZON)}).fetchnumpy()
        bought, likely = rows["bought"], rows["probability"]
        areas = {name: max(area := auc(bought, rows[name]), 1 - area) for name in FEATURES}
        best = max(areas, key=lambda name: areas[name])
        yield (
            f"| {origin} | {len(bought):,} | {bought.mean():.1%} | {auc(bought, likely):.3f} | {areas[best]:.3f} | "
            f"{best} | {expected_calibration_error(bought, likely):.3f} | {_yes(rows['published'].all())} |"
        )
    if origins:
        yield ""
        yield from _deciles(origins[-1][0], rows)


def _deciles(origin: date, rows: dict[str, Any]) -> Iterator[str]:
    """Yield what is true of customers with about the same score; guests have no truth."""
    of_customer = np.char.startswith(rows["person_key"].astype(str), "customer:")
    customer = np.char.partition(rows["person_key"][of_customer].astype(str), ":")[:, 2].astype(np.int64)
    rows = {name: column[of_customer] for name, column in rows.items()}
    living = alive(SHOP, origin + ONE_DAY)
    rates = np.zeros(max(int(living.max()), int(customer.max())) + 1)
    rates[living] = purchase_rates(SHOP, origin + ONE_DAY) * HORIZON
    is_alive = np.isin(customer, living)
    yield f"Customers as of {origin}, by their score:"
    yield ""
    yield "| tenth | forecast to buy | bought | true purchases | truly alive | alive by BG/NBD |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for number, which in enumerate(np.array_split(np.argsort(-rows["probability"], kind="stable"), DECILES), 1):
        yield (
            f"| {number} | {rows['probability'][which].mean():.1%} | {rows['bought'][which].mean():.1%} | "
            f"{rates[customer[which]].mean():.2f} | {is_alive[which].mean():.0%} | {rows['alive'][which].mean():.0%} |"
        )


def pairs(connection: duckdb.DuckDBPyConnection) -> str:
    """Return how the pairs found compare with those planted."""
    affinity = Affinity(
        connection.execute(f"SELECT {', '.join(COLUMNS)} FROM datamart.marts_product_affinity").to_arrow_table()  # noqa: S608
    )
    sold = dict(connection.execute("SELECT product_id, orders FROM datamart.marts_product_performance").fetchall())
    true = planted_pairs(SHOP)
    found, (asked, held) = affinity.compared(true, sold), affinity.stable()
    return fill(
        f"Of {len(true)} planted pairs, the first product of {found.judged} was in {LEAST_ORDERS} orders or more: "
        f"{found.found} of these are found, and {found.others} others. Of the {asked} pairs that the first half of the "
        f"days shows, {held} are bought together more often than by chance in the second half too.",
        WIDTH,
    )


def _yes(true: bool) -> str:
    return "yes" if true else "no"
