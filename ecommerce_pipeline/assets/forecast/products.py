"""Step 5, forecast/product_affinity: which products go together, from all orders that the warehouse has.

This describes the past and forecasts no date. A run has rows of its newest day that has ended.
"""

from collections.abc import Iterator
from typing import Final

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

from ecommerce_pipeline.assets.forecast.frame import ended_days, forecast_attributes, judged, not_yet, table_name
from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts.product_affinity import (
    COLUMNS,
    LEAST_ORDERS,
    LEAST_STABLE,
    Affinity,
    Found,
)
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import literal
from ecommerce_pipeline.schema.forecasts import product_affinity
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic.truth import planted_pairs

PAIRS: Final = AssetKey(["datamart", "marts_product_affinity"])
PERFORMANCE: Final = AssetKey(["datamart", "marts_product_performance"])

HOLD: Final = "pairs_hold"
PLANTED: Final = "planted_pairs_found"
LEAST_FOUND, MOST_OTHERS = 0.9, 0.05
LEAST_JUDGED: Final = 10
"""Planted pairs; a share of fewer says little, as in a shop with few products, whose categories make pairs too."""
CHECKS: Final = {
    HOLD: (
        f"Of the pairs that the first half of the history shows, at least {LEAST_STABLE:.0%} are bought together more "
        "often than by chance in the second half too. If not, pairs are not published."
    ),
    PLANTED: (
        f"At least {LEAST_FOUND:.0%} of the pairs that the synthetic shop plants are found, of those whose first "
        f"product is in {LEAST_ORDERS} orders or more, and at most {MOST_OTHERS:.0%} of the pairs found are others. "
        f"Fewer than {LEAST_JUDGED} such pairs are not judged."
    ),
}


def product_affinity_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset with its checks; of the synthetic shop, one more compares with the pairs that it plants."""
    synthetic = settings.source == "synthetic"
    checks = CHECKS if synthetic else {HOLD: CHECKS[HOLD]}

    @asset(
        **forecast_attributes(
            settings,
            product_affinity,
            "Describes all orders up to as_of_date, not those known at the origin. A run has rows of its newest day.",
            checks,
        ),
        deps=[PAIRS, *([PERFORMANCE] if synthetic else [])],
    )
    @retried
    def rows(
        context: AssetExecutionContext, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Output[pa.Table] | AssetCheckResult]:
        ended = ended_days(context, settings.time_zone)
        if not ended:
            yield Output(arrow_schema(product_affinity).empty_table())
            yield from map(not_yet, checks)
            return
        affinity = Affinity(warehouse.query(f"SELECT {', '.join(COLUMNS)} FROM {table_name(warehouse, PAIRS)}"))  # noqa: S608
        asked, held = affinity.stable()
        yield Output(affinity.rows(ended[-1], published=held >= LEAST_STABLE * asked))
        yield _held(asked, held)
        if synthetic:
            yield _planted(_compared(settings, warehouse, affinity))

    return rows


def _compared(settings: Settings, warehouse: Warehouse, affinity: Affinity) -> Found:
    """Return the pairs found against those planted."""
    as_key = str if settings.key_type == "text" else int
    true = [(as_key(first), as_key(second)) for first, second in planted_pairs(shop_settings(settings))]
    products = ", ".join(literal(product) for product in sorted({product for pair in true for product in pair}))
    sold = warehouse.query(
        f"SELECT product_id, orders FROM {table_name(warehouse, PERFORMANCE)} WHERE product_id IN ({products})"  # noqa: S608
    )
    return affinity.compared(
        true, dict(zip(*(sold[name].to_pylist() for name in ("product_id", "orders")), strict=True))
    )


def _held(asked: int, held: int) -> AssetCheckResult:
    if not asked:
        return not_yet(HOLD)
    wrong = f"{held} of {asked} pairs hold; none is published"
    return judged(
        HOLD,
        None if held >= LEAST_STABLE * asked else wrong,
        {"pairs of the first half": asked, "of these, in the second": held},
    )


def _planted(found: Found) -> AssetCheckResult:
    if found.judged < LEAST_JUDGED:
        return not_yet(PLANTED)
    passed = found.found >= LEAST_FOUND * found.judged and found.others <= MOST_OTHERS * found.pairs
    wrong = f"{found.found} of {found.judged} planted pairs are found, and {found.others} others"
    return judged(
        PLANTED,
        None if passed else wrong,
        {"planted and sold enough": found.judged, "found": found.found, "others found": found.others},
    )
