"""Sales and revenue."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt

OF_CURRENCY: Final = (
    *("gross_amount", "discount_amount", "refund_amount", "net_amount", "shipping_amount", "tax_amount"),
    "net_amount_in_reporting_currency",
)
WEEKDAYS: Final = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def revenue_by_day() -> Any:
    """Draw revenue per day with its 7-day average, and what is forecast; campaign days are shaded and labelled."""
    base = alt.Chart(marks.rows()).encode(x=marks.days())
    campaign_days = base.transform_filter("datum.campaign")
    # A little wider than a day's step, 1 / (1 - padding), so that the days of a campaign form one band without gaps.
    band = campaign_days.mark_rect(color="var(--band)", width={"band": 1.38}, clip=True)
    label = (
        base.transform_filter("datum.campaign_name")
        .mark_text(
            align={"expr": "datum.late ? 'right' : 'left'"},
            baseline="top",
            dx={"expr": "datum.late ? -1 : 3"},
            dy={"expr": "4 + 15 * (datum.lane || 0)"},
            color="var(--band-ink)",
            fontSize=11,
            fontWeight=600,
        )
        .encode(x=marks.days(bandPosition=0), y=alt.value(0), text="campaign_name:N")
    )
    return marks.finished(alt.layer(band, *marks.trend(), *marks.ahead(), label).add_params(marks.ticks()))


def gross_to_net() -> Any:
    """Draw gross sales less discounts and refunds, down to net revenue."""
    return marks.steps()


def weekdays() -> Any:
    """Draw the mean revenue of each weekday."""
    base = alt.Chart(marks.rows()).encode(
        # All seven, so that the bar of a single day does not fill the chart.
        x=alt.X("weekday:O", axis=alt.Axis(labelAngle=0), scale=alt.Scale(domain=WEEKDAYS, paddingInner=0.35))
    )
    bars = base.mark_bar(color=marks.ACCENT, cornerRadiusEnd=2).encode(y=marks.amount("value"), tooltip="tip:N")
    values = base.mark_text(baseline="bottom", dy=-5, fontWeight=600).encode(y=alt.Y("value:Q"), text="shown:N")
    return marks.finished(alt.layer(bars, values))


SECTION: Final = Section(
    "sales",
    "Sales and revenue",
    "How much do we sell, and where is it going?",
    (
        Chart(
            "revenue_by_day",
            "Net revenue per day",
            "{money}, net of discounts and refunds",
            ("sales", "campaigns", "forecast"),
            revenue_by_day,
            metrics=("net_revenue",),
            keys=(
                Key("Day", "var(--accent-soft)"),
                Key("Day so far", "color-mix(in srgb, var(--accent-soft) 50%, transparent)"),
                Key("7-day average", "var(--accent)", "line"),
                Key("7-day average, period before", "var(--before)", "dashes"),
                Key("Campaign", "var(--band)", "band"),
                Key("Forecast", "var(--ahead)", "dots"),
                Key("80 % interval", "color-mix(in srgb, var(--ahead) 33%, transparent)"),
                Key("95 % interval", "color-mix(in srgb, var(--ahead) 14%, transparent)"),
            ),
            wide=True,
        ),
        Chart(
            "gross_to_net",
            "From gross sales to net revenue",
            "{money}, sum over the period",
            ("sales",),
            gross_to_net,
            metrics=("gross_amount", "discount_amount", "refund_amount", "net_revenue"),
        ),
        Chart(
            "weekdays",
            "Net revenue by weekday",
            "{money} per day, mean of the whole days",
            ("sales",),
            weekdays,
            metrics=("net_revenue",),
        ),
        Chart(
            "currencies",
            "Sales by currency",
            "each currency's own; the last column in {money}, at the rates of the orders' days",
            ("currencies",),
            None,
            scope="period",
            columns=tuple(f"marts_currency_daily.{name}" for name in OF_CURRENCY),
            wide=True,
        ),
    ),
)
