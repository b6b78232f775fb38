"""Returns: why, what, and how long after the order."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section

KEYS: Final = (Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick"))


def reasons() -> Any:
    """Draw the money returned for each reason, compared with the period before."""
    return marks.ranking(tick=True)


def rates() -> Any:
    """Draw the return rate of each category."""
    return marks.ranking(marks.SERIES[2])


def days() -> Any:
    """Draw the units returned by the days since their order."""
    return marks.ranking(marks.SERIES[4])


SECTION: Final = Section(
    "returns",
    "Returns",
    "What comes back, and why?",
    (
        Chart(
            "return_reasons",
            "Reasons for returns",
            "{money} refunded for goods",
            ("returns",),
            reasons,
            metrics=("refund_amount", "units_returned"),
            keys=KEYS,
            optional=True,
        ),
        Chart(
            "return_rates",
            "Return rate by category",
            "units returned in the period, as a share of its units sold",
            ("lines",),
            rates,
            metrics=("return_rate", "units_returned", "units"),
            optional=True,
        ),
        Chart(
            "return_days",
            "Days until return",
            "units returned in the period, by the days since their order",
            ("returns",),
            days,
            metrics=("units_returned",),
            optional=True,
        ),
    ),
)
