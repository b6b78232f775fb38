"""Customer behavior."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt

CELL_HEIGHT: Final = 26
NEW: Final = "var(--series-2)"
RETURNING: Final = "var(--series-1)"
GUEST: Final = "var(--before)"
COHORT: Final = "marts_customer_cohort_channel"
VALUE: Final = "marts_customer_ltv_cohort"
REPEAT: Final = "marts_repeat_purchase"
BUYERS: Final = "customer_purchase"


def new_and_returning() -> Any:
    """Draw orders sold per day: first orders stacked on further orders, and those of nobody known on both."""
    bars = (
        alt.Chart(marks.rows())
        .mark_bar()
        .encode(
            x=marks.days(),
            y=marks.amount("orders", "count", stack="zero"),
            color=alt.Color("color:N", scale=None),
            order="stack_order:Q",
            tooltip="tip:N",
        )
    )
    return marks.finished(alt.layer(bars).add_params(marks.ticks()))


def cohort_retention() -> Any:
    """Draw, for the new customers of each week or month, the share who bought again in later ones."""
    base = alt.Chart(marks.rows()).encode(
        x=alt.X("later:O", sort=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("cohort:O", sort=None, axis=alt.Axis(grid=False, labelLimit=140)),
    )
    cells = base.mark_rect(color=marks.ACCENT, cornerRadius=2, stroke="var(--surface)", strokeWidth=2).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(range=[0.06, 0.55]), legend=None), tooltip="tip:N"
    )
    values = base.mark_text(fontSize=11).encode(text="shown:N")
    return marks.by_row(alt.layer(cells, values), CELL_HEIGHT)


def lifetime_value() -> Any:
    """Draw what a customer of each month brought in so many days: a line per month of the first order."""
    base = alt.Chart(marks.rows()).encode(
        x=alt.X(
            "days:Q", axis=alt.Axis(values=[30, 60, 90, 180, 365], grid=False), scale=alt.Scale(nice=False, padding=10)
        ),
        y=marks.amount("value", scale=alt.Scale(zero=False)),
        detail="cohort:N",
        opacity=alt.Opacity("weight:Q", scale=None),
    )
    lines = base.mark_line(color=marks.ACCENT, strokeWidth=2)
    points = base.mark_circle(color=marks.ACCENT, size=50).encode(tooltip="tip:N")
    return marks.finished(alt.layer(lines, points))


def repeat_rate() -> Any:
    """Draw the share of customers with a second order after so many days, and those with a third."""
    return marks.ranking(inner=("third", marks.GOOD))


def rfm_segments() -> Any:
    """Draw the segments by the revenue of their customers."""
    return marks.ranking()


SECTION: Final = Section(
    "customers",
    "Customers",
    "Who buys, who comes back, and who brings the most revenue?",
    (
        Chart(
            "new_and_returning",
            "Orders of new and returning customers",
            "orders sold per day",
            ("customers",),
            new_and_returning,
            metrics=("orders_new", "orders_returning", "orders_guest", "new_customer_share"),
            keys=(Key("First order of a buyer", NEW), Key("Further order", RETURNING), Key("Nobody known", GUEST)),
            note="A buyer, a customer or a guest with an e-mail address, is new at the first order sold anywhere.",
            wide=True,
        ),
        Chart(
            "cohort_retention",
            "Customers who bought again",
            "share of each week's new customers who bought again, by weeks since; by month in periods over 92 days",
            ("cohorts",),
            cohort_retention,
            columns=(f"{COHORT}.active_customers", f"{COHORT}.cohort_customers", f"{COHORT}.units_since_first"),
            note="In parentheses: customers with their first order sold then, in the selected channel. * Not over yet.",
        ),
        Chart(
            "lifetime_value",
            "Customer lifetime value",
            "{money} of net revenue per customer, by days since the first order and month of it",
            ("ltv",),
            lifetime_value,
            columns=(f"{VALUE}.net_amount", f"{VALUE}.cohort_customers", f"{VALUE}.days"),
            note="The 12 months up to the period's end, the newest darkest. A month has a value once all its buyers "
            "have had the days.",
            optional=True,
        ),
        Chart(
            "repeat_rate",
            "Repeat purchase rate",
            "share of customers with a second order, by days since the first",
            ("repeat",),
            repeat_rate,
            columns=(f"{REPEAT}.customers", f"{REPEAT}.cohort_customers", f"{REPEAT}.days_since_first"),
            keys=(Key("Second order", "var(--accent)"), Key("Third order", "var(--good)")),
            note="Of the months of first orders that lie so many days back.",
            optional=True,
        ),
        Chart(
            "rfm_segments",
            "Segments by recency, frequency and value",
            "{money}, net revenue of their customers, and share of the total",
            ("segments", "customers_by_segment"),
            rfm_segments,
            metrics=("net_revenue",),
            columns=(
                "marts_customer_rfm.segment",
                "marts_customer_rfm.recency_score",
                "marts_customer_rfm.frequency_score",
                "marts_customer_segment_daily.segment",
            ),
            note="Segments are as of the newest day, computed over all days and channels.",
        ),
        Chart(
            "at_risk",
            "Customers at risk",
            "{money}, revenue expected in the next 90 days of those who may have left",
            ("at_risk",),
            None,
            scope="period",
            columns=(f"{BUYERS}.probability_30d", f"{BUYERS}.expected_net_90d", f"{BUYERS}.at_risk_90d"),
            optional=True,
            note="Forecast at the end of the newest day. At risk: what is lost if the customer has left, times the "
            "probability that it has.",
            wide=True,
        ),
    ),
)
