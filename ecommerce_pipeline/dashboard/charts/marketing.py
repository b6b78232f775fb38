"""Marketing and coupons: what campaigns, traffic sources and coupons bring."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section

KEYS: Final = (Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick"))


def revenue() -> Any:
    """Draw what each brings, compared with the period before."""
    return marks.ranking(tick=True)


SECTION: Final = Section(
    "marketing",
    "Marketing and coupons",
    "What do campaigns, ads and coupons bring?",
    (
        Chart(
            "campaigns",
            "Revenue by campaign",
            "{money}, net of discounts and refunds, by the campaign of the visit that led to the order",
            ("campaign_days",),
            revenue,
            metrics=("net_revenue", "orders_sold", "sessions"),
            keys=KEYS,
            optional=True,
        ),
        Chart(
            "source_revenue",
            "Revenue by traffic source",
            "{money}, net of discounts and refunds, by where that visit came from",
            ("campaign_days",),
            revenue,
            metrics=("net_revenue", "orders_sold", "sessions"),
            keys=KEYS,
            optional=True,
        ),
        Chart(
            "ad_spend",
            "Ad spend",
            "{money} by traffic source, and what its visits brought before refunds",
            ("marketing",),
            revenue,
            metrics=("ad_cost_amount", "customer_acquisition_cost", "return_on_ad_spend", "cost_per_click"),
            keys=KEYS,
            needs=("ad_spend",),
            open=True,
            optional=True,
        ),
        Chart(
            "coupons",
            "Revenue with coupons",
            "{money}, net of discounts and refunds, by the coupon of the order",
            ("coupons",),
            revenue,
            metrics=("net_revenue", "discount_rate", "orders_sold", "average_order_value"),
            keys=KEYS,
            optional=True,
        ),
    ),
)
