"""Channel and store performance."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Key, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt

CHANNEL_KEYS: Final = tuple(
    Key(label, f"var(--series-{number})", "line")
    for number, label in enumerate(("Web", "Mobile app", "Marketplace", "Stores"), start=1)
)

MEMBER_KEYS: Final = (Key("This period", "var(--accent)"), Key("Period before", "var(--ink)", "tick"))
OF_MEMBERS: Final = ("net_revenue", "orders_sold", "average_order_value", "refund_rate")


def channel_revenue() -> Any:
    """Draw each channel's revenue, compared with the period before."""
    return marks.ranking("", tick=True)


def members() -> Any:
    """Draw the revenue of each member of a dimension, compared with the period before."""
    return marks.ranking(tick=True)


def channel_trends() -> Any:
    """Draw the 7-day average of each channel's revenue."""
    base = alt.Chart(marks.rows()).encode(
        x=marks.days(), y=marks.amount("average"), detail="channel:N", stroke=alt.Stroke("color:N", scale=None)
    )
    lines = base.mark_line(strokeWidth=2.5, strokeJoin="round", strokeCap="round")
    points = (
        alt.Chart(marks.rows())
        .mark_circle(size=60)
        .encode(
            x=marks.days(),
            y=marks.amount("average"),
            color=alt.Color("color:N", scale=None),
            opacity=alt.Opacity("point:Q", scale=None),
            tooltip="tip:N",
        )
    )
    return marks.finished(alt.layer(lines, points).add_params(marks.ticks()))


def stores() -> Any:
    """Draw the stores with the most revenue, compared with the period before."""
    return marks.ranking(marks.SERIES[3], tick=True)


def funnel() -> Any:
    """Draw the funnel: the number of visits that reach each step."""
    return marks.ranking(row_height=58)


def sources() -> Any:
    """Draw the conversion rate of each traffic source."""
    return marks.ranking(marks.SERIES[1])


SECTION: Final = Section(
    "channels",
    "Channels and stores",
    "Where do we sell, and how do visits become orders?",
    (
        Chart(
            "channel_revenue",
            "Revenue by channel",
            "{money}, net of discounts and refunds",
            ("sales",),
            channel_revenue,
            keys=(Key("Period before", "var(--ink)", "tick"),),
            open=True,
            wide=True,
            metrics=OF_MEMBERS,
        ),
        Chart(
            "channel_trends",
            "Revenue by channel over time",
            "{money} per day, net, 7-day average",
            ("sales",),
            channel_trends,
            keys=CHANNEL_KEYS,
            metrics=("net_revenue",),
        ),
        Chart(
            "countries",
            "Revenue by country",
            "{money}, net of discounts and refunds, by the home country of the buyer",
            ("sales",),
            members,
            keys=MEMBER_KEYS,
            metrics=OF_MEMBERS,
        ),
        Chart(
            "devices",
            "Revenue by device",
            "{money}, net of discounts and refunds, by the device of the visit that led to the order",
            ("sales",),
            members,
            keys=MEMBER_KEYS,
            metrics=OF_MEMBERS,
        ),
        Chart(
            "funnel",
            "From visit to purchase",
            "online visits, and share of all visits",
            ("funnel",),
            funnel,
            needs=("sessions",),
            metrics=("conversion_rate", "cart_rate"),
        ),
        Chart(
            "sources",
            "Conversion rate by traffic source",
            "share of visits that led to an order sold, by where the visit came from",
            ("funnel",),
            sources,
            needs=("sessions",),
            metrics=("conversion_rate", "sessions"),
        ),
        Chart(
            "stores",
            "Top stores",
            "{money}, net of discounts and refunds",
            ("sales", "stores"),
            stores,
            needs=("stores",),
            metrics=("net_revenue", "orders_sold"),
            keys=(Key("This period", "var(--series-4)"), Key("Period before", "var(--ink)", "tick")),
        ),
    ),
)
