"""Unit economics: what is left of sales after the cost of goods and payment fees."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt

MARGIN: Final = ("margin", "margin_rate", "cost_amount", "payment_fee_amount")
KEYS: Final = (Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick"))


def margin_by_day() -> Any:
    """Draw the margin per day with its 7-day average."""
    return marks.finished(alt.layer(*marks.trend()).add_params(marks.ticks()))


def revenue_to_margin() -> Any:
    """Draw net revenue less cost of goods and payment fees, down to the margin."""
    return marks.steps()


def margin_by_member() -> Any:
    """Draw the margin of each member of a dimension, compared with the period before."""
    return marks.ranking(tick=True)


SECTION: Final = Section(
    "economics",
    "Unit economics",
    "What is left of a sale?",
    (
        Chart(
            "margin_by_day",
            "Margin per day",
            "{money}, net revenue less cost of goods and payment fees",
            ("lines",),
            margin_by_day,
            metrics=MARGIN,
            keys=(
                Key("Day", "var(--accent-soft)"),
                Key("7-day average", "var(--accent)", "line"),
                Key("7-day average, period before", "var(--before)", "dashes"),
            ),
            wide=True,
            optional=True,
        ),
        Chart(
            "revenue_to_margin",
            "From net revenue to margin",
            "{money}, of goods whose cost is known",
            ("lines",),
            revenue_to_margin,
            metrics=("net_revenue_with_cost", *MARGIN),
            optional=True,
        ),
        Chart(
            "margin_by_channel",
            "Margin by channel",
            "{money}, and margin rate",
            ("lines",),
            margin_by_member,
            metrics=MARGIN,
            keys=KEYS,
            optional=True,
        ),
        Chart(
            "margin_by_category",
            "Margin by category",
            "{money}, and margin rate",
            ("lines",),
            margin_by_member,
            metrics=MARGIN,
            keys=KEYS,
            optional=True,
        ),
    ),
)
