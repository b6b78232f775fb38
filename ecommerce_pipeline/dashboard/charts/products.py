"""Top-selling products."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section


def products_by_revenue() -> Any:
    """Draw the products with the most net revenue."""
    return marks.ranking()


def products_by_units() -> Any:
    """Draw the products with the most units, and the returned units."""
    return marks.ranking(inner=("returned", marks.BAD))


def categories() -> Any:
    """Draw each category's revenue, compared with the period before."""
    return marks.ranking(tick=True)


SECTION: Final = Section(
    "products",
    "Products",
    "What sells best, and what is returned?",
    (
        Chart(
            "products_by_revenue",
            "Top products by revenue",
            "{money}, net of discounts and refunds",
            ("products",),
            products_by_revenue,
            metrics=("net_revenue",),
        ),
        Chart(
            "products_by_units",
            "Top products by units",
            "units in orders sold",
            ("products",),
            products_by_units,
            metrics=("units", "units_returned", "return_rate"),
            keys=(Key("Sold", "var(--accent)"), Key("Returned in the period", "var(--bad)")),
        ),
        Chart(
            "categories",
            "Revenue by category",
            "{money}, net of discounts and refunds",
            ("lines",),
            categories,
            metrics=("net_revenue", "units", "return_rate"),
            needs=("products",),
            keys=(Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick")),
        ),
        Chart(
            "pairs",
            "Bought together",
            "pairs of products that are in one order more often than by chance",
            ("pairs",),
            None,
            scope="period",
            columns=("product_affinity.pair_orders", "product_affinity.confidence", "product_affinity.lift"),
            optional=True,
            note="Of all days loaded. Lift: how many times as often as by chance.",
            wide=True,
        ),
    ),
)
