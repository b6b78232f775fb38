"""Top-selling products."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section

STOCK: Final = "marts_inventory_cover"
OF_NEWEST: Final = "Of the last 28 days loaded, whatever days are selected."


def products_by_revenue() -> Any:
    """Draw the products with the most net revenue."""
    return marks.ranking()


def products_by_units() -> Any:
    """Draw the products with the most units, and the returned units."""
    return marks.ranking(inner=("returned", marks.BAD))


def categories() -> Any:
    """Draw each category's revenue, compared with the period before."""
    return marks.ranking(tick=True)


def lost_sales() -> Any:
    """Draw the products that lost the most sales while they were out of stock."""
    return marks.ranking(marks.BAD)


def stock_cover() -> Any:
    """Draw the products in stock that run out first, by the days for which their stock lasts."""
    return marks.ranking(marks.SERIES[2])


def sell_through() -> Any:
    """Draw the sell-through of each category."""
    return marks.ranking(marks.SERIES[4])


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
            "lost_sales",
            "Sales lost while out of stock",
            "{money}, estimate from the sales of days in stock",
            ("stock", "stock_by_category"),
            lost_sales,
            needs=("stock_levels",),
            columns=(f"{STOCK}.amount_lost", f"{STOCK}.units_lost", f"{STOCK}.days_out_of_stock"),
            optional=True,
            note=OF_NEWEST,
        ),
        Chart(
            "stock_cover",
            "Products that run out first",
            "days for which the stock lasts at the mean sales",
            ("stock",),
            stock_cover,
            needs=("stock_levels",),
            columns=(f"{STOCK}.days_of_cover", f"{STOCK}.on_hand", f"{STOCK}.incoming"),
            optional=True,
            note=OF_NEWEST,
        ),
        Chart(
            "sell_through",
            "Sell-through by category",
            "units sold, as a share of those that could be sold",
            ("stock_by_category",),
            sell_through,
            needs=("stock_levels",),
            columns=(f"{STOCK}.units_sold", f"{STOCK}.units_available"),
            optional=True,
            note=OF_NEWEST,
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
