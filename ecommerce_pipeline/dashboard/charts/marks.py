"""Drawings that several charts share. Colours are CSS variables of the page: light, dark and print need no redraw.

The page computes all rows; a drawing names the fields it uses. Amounts are whole cents: `money` in a label is a
function of the page, like `day`, `count` and `percent`.
"""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts.grammar import alt

ACCENT: Final = "var(--accent)"
SOFT: Final = "var(--accent-soft)"
INK: Final = "var(--ink)"
MUTED: Final = "var(--muted)"
BEFORE: Final = "var(--before)"
AHEAD: Final = "var(--ahead)"
GOOD: Final = "var(--good)"
BAD: Final = "var(--bad)"
SERIES: Final = tuple(f"var(--series-{number})" for number in range(1, 6))
CHANNELS: Final = {
    "web": ("Web", SERIES[0]),
    "mobile_app": ("Mobile app", SERIES[1]),
    "marketplace": ("Marketplace", SERIES[2]),
    "store": ("Stores", SERIES[3]),
}
"""The source's channels with their labels and colours."""

FONT: Final = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
PLOT_HEIGHT: Final = 240
ROW_HEIGHT: Final = 34
LABEL_WIDTH: Final = "width - 12 - 7.2 * length(datum.shown)"
"""The width that a row's value leaves for its label, in pixels: a digit is 7 wide."""

TICKS: Final = "ticks"
"""The signal with the days that the x axis labels: as many as fit."""

CONFIG: Final[dict[str, Any]] = {
    "background": "transparent",
    "font": FONT,
    "padding": 2,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "titleColor": MUTED,
        "gridColor": "var(--line)",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "title": None,
    },
    "text": {"fill": INK, "fontSize": 12},
    "aria": False,  # the page describes each chart in text and as a table
}


def rows() -> "alt.NamedData":
    """Return the named data that the page supplies."""
    return alt.NamedData("rows")


def finished(chart: Any, height: int = PLOT_HEIGHT) -> Any:
    """Return the drawing with the width of its container."""
    return chart.properties(width="container", height=height)


def by_row(chart: Any, row_height: int) -> Any:
    """Return the drawing with a height per row; the page counts the rows.

    Vega-Lite can do that itself, but logs a warning for each chart.
    """
    return finished(chart, row_height).properties(usermeta={"row_height": row_height})


def days(**more: Any) -> "alt.X":
    """Return the x axis of charts by day: one band per day, so that a single day looks right too."""
    return alt.X(
        "day:O",
        # Not the order of the rows: a layer with only some of the days would put those first.
        sort="ascending",
        scale=alt.Scale(type="band", paddingInner=0.25, paddingOuter=0.1),
        axis=alt.Axis(values={"expr": TICKS}, labelExpr="day(datum.value)", labelAngle=0, grid=False),
        **more,
    )


def ticks() -> "alt.Parameter":
    """Return the signal that the page sets to the days to label."""
    return alt.param(name=TICKS, value=[])


def amount(field: str, label: str = "money", **more: Any) -> "alt.Y":
    """Return the y axis of a sum; `label` is the page's formatting function."""
    axis = alt.Axis(labelExpr=f"{label}(datum.value)", tickCount=5)
    return alt.Y(f"{field}:Q", axis=axis, **more)


def trend() -> list[Any]:
    """Return bars per day with their 7-day average, and the average of the period before as a dashed line.

    The bar of a day that has not ended is paler.
    """
    base = alt.Chart(rows()).transform_filter("isValid(datum.value)").encode(x=days())
    line: dict[str, Any] = {"strokeJoin": "round", "strokeCap": "round"}
    bars = base.mark_bar(color=SOFT, cornerRadiusEnd=2).encode(
        y=amount("value"), fillOpacity=alt.FillOpacity("fill:Q", scale=None), tooltip="tip:N"
    )
    earlier = base.mark_line(color=BEFORE, strokeWidth=2, strokeDash=[4, 4], **line).encode(
        y=alt.Y("earlier:Q"), strokeOpacity=alt.StrokeOpacity("is_compared:Q", scale=None)
    )
    smooth = base.mark_line(color=ACCENT, strokeWidth=2.5, **line).encode(
        y=alt.Y("average:Q"), strokeOpacity=alt.StrokeOpacity("has_mean:Q", scale=None)
    )
    return [bars, earlier, smooth]


def ahead() -> list[Any]:
    """Return what is forecast: the mean as a dotted line, and intervals of 80 % and, paler, of 95 %."""
    days_ahead = alt.Chart(rows()).transform_filter("isValid(datum.mean)").encode(x=days())
    base = days_ahead.encode(opacity=alt.Opacity("has_forecast:Q", scale=None))
    intervals = [
        base.mark_area(color=AHEAD, fillOpacity=opacity).encode(
            y=amount(f"from_{share}"), y2=alt.Y2(f"upper_{share}:Q")
        )
        for share, opacity in ((95, 0.14), (80, 0.22))
    ]
    mean = base.mark_line(color=AHEAD, strokeWidth=2.5, strokeDash=[2, 3]).encode(y=amount("mean"))
    # A day is as wide as its step, so that each place of the forecast has the words of its day.
    whole_day = days_ahead.mark_rect(color="transparent", width={"band": 1.38}).encode(
        y=alt.value(0), y2=alt.value("height"), tooltip="tip:N"
    )
    return [*intervals, mean, whole_day]


def steps() -> Any:
    """Return bars that lead from an amount down to what is left of it: rows have `step`, `from`, `to` and `top`."""
    base = alt.Chart(rows()).encode(
        x=alt.X("step:O", sort=None, axis=alt.Axis(labelAngle=0, labelLimit=90), scale=alt.Scale(paddingInner=0.35))
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        y=amount("from"), y2="to:Q", color=alt.Color("color:N", scale=None), tooltip="tip:N"
    )
    values = base.mark_text(baseline="bottom", dy=-5, fontWeight=600).encode(y=alt.Y("top:Q"), text="shown:N")
    return finished(alt.layer(bars, values))


def ranking(
    colour: str = ACCENT, *, tick: bool = False, inner: tuple[str, str] | None = None, row_height: int = ROW_HEIGHT
) -> Any:
    """Return horizontal bars with their labels above them, which leaves room for long labels on a phone.

    Args:
        colour: Colour of the bars; empty if each row has its own `color`.
        tick: Whether to mark the value of the period before.
        inner: Field and colour of a part of the value, drawn as a bar on the bar.
        row_height: Height of a label and its bar.
    """
    base = alt.Chart(rows()).encode(y=alt.Y("key:N", sort=None, axis=None))
    thickness = row_height - 25
    above, below = -row_height / 2 + 11, row_height / 2 - thickness / 2 - 4
    bar: dict[str, Any] = {"height": thickness, "yOffset": below, "cornerRadiusEnd": 2}
    bars = base.mark_bar(**bar).encode(
        x=alt.X("value:Q", axis=None, scale=alt.Scale(zero=True, nice=False)),
        color=alt.value(colour) if colour else alt.Color("color:N", scale=None),
        tooltip="tip:N",
    )
    labels = base.mark_text(align="left", baseline="middle", dy=above, limit={"expr": LABEL_WIDTH}).encode(
        x=alt.value(0), text="label:N"
    )
    values = base.mark_text(align="right", baseline="middle", dy=above, fontWeight=600).encode(
        x=alt.value("width"), text="shown:N"
    )
    # Rows without a comparison have an invisible `earlier` too: Vega warns about fields without values.
    layers = [bars]
    if inner:
        field, own = inner
        layers.append(base.mark_bar(**bar, color=own).encode(x=alt.X(f"{field}:Q"), tooltip="tip:N"))
    if tick:
        layers.append(
            base.mark_tick(color=INK, thickness=2, height=thickness + 6, yOffset=below).encode(
                x=alt.X("earlier:Q"), opacity=alt.Opacity("is_compared:Q", scale=None)
            )
        )
    return by_row(alt.layer(*layers, labels, values), row_height)
