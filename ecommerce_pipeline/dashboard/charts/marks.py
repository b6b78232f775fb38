"""Drawings that several charts share. Colours are the page's CSS variables: light, dark and print need no redraw.

All rows are computed in the page; a drawing names the fields it takes. Amounts are whole cents: `money` in a label is
the page's own function, like `day`, `count` and `percent`.
"""

from typing import Any, Final

import altair as alt

ACCENT: Final = "var(--accent)"
SOFT: Final = "var(--accent-soft)"
INK: Final = "var(--ink)"
MUTED: Final = "var(--muted)"
BEFORE: Final = "var(--before)"
GOOD: Final = "var(--good)"
BAD: Final = "var(--bad)"
SERIES: Final = tuple(f"var(--series-{number})" for number in range(1, 6))
CHANNELS: Final = {
    "web": ("Web", SERIES[0]),
    "mobile_app": ("Mobile app", SERIES[1]),
    "marketplace": ("Marketplace", SERIES[2]),
    "store": ("Stores", SERIES[3]),
}
"""The source's channels with the names and colours that people see."""

FONT: Final = "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
PLOT_HEIGHT: Final = 240
ROW_HEIGHT: Final = 34
ROOM: Final = "width - 12 - 7.2 * length(datum.shown)"
"""What a row's value leaves its name, in pixels: a digit is 7 wide."""

TICKS: Final = "ticks"
"""The signal with the days that the x axis names: as many as there is room for."""

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
    "aria": False,  # the page describes each chart in words and as a table
}


def rows() -> alt.NamedData:
    """Return the data that the page fills in."""
    return alt.NamedData("rows")


def finished(chart: Any, height: int = PLOT_HEIGHT) -> Any:
    """Return the drawing as wide as its place on the page."""
    return chart.properties(width="container", height=height)


def by_row(chart: Any, row_height: int) -> Any:
    """Return the drawing as high as its rows, which the page counts.

    Vega-Lite can do that itself, but says so with a warning at each chart.
    """
    return finished(chart, row_height).properties(usermeta={"row_height": row_height})


def days(**more: Any) -> alt.X:
    """Return the x axis of charts by day: a band a day, so that one day looks right too."""
    return alt.X(
        "day:O",
        # Not the order of the rows: a layer that has some days only would put them first.
        sort="ascending",
        scale=alt.Scale(type="band", paddingInner=0.25, paddingOuter=0.1),
        axis=alt.Axis(values={"expr": TICKS}, labelExpr="day(datum.value)", labelAngle=0, grid=False),
        **more,
    )


def ticks() -> alt.Parameter:
    """Return the signal that the page sets to the days to name."""
    return alt.param(name=TICKS, value=[])


def amount(field: str, label: str = "money", **more: Any) -> alt.Y:
    """Return the y axis of a sum; `label` is the page's function that writes it."""
    axis = alt.Axis(labelExpr=f"{label}(datum.value)", tickCount=5)
    return alt.Y(f"{field}:Q", axis=axis, **more)


def trend() -> list[Any]:
    """Return bars per day with their 7-day average, and that of the period before, dashed."""
    base = alt.Chart(rows()).encode(x=days())
    line: dict[str, Any] = {"strokeJoin": "round", "strokeCap": "round"}
    bars = base.mark_bar(color=SOFT, cornerRadiusEnd=2).encode(y=amount("value"), tooltip="tip:N")
    earlier = base.mark_line(color=BEFORE, strokeWidth=2, strokeDash=[4, 4], **line).encode(
        y=alt.Y("earlier:Q"), strokeOpacity=alt.StrokeOpacity("is_compared:Q", scale=None)
    )
    smooth = base.mark_line(color=ACCENT, strokeWidth=2.5, **line).encode(y=alt.Y("average:Q"))
    return [bars, earlier, smooth]


def ranking(
    colour: str = ACCENT, *, tick: bool = False, inner: tuple[str, str] | None = None, row_height: int = ROW_HEIGHT
) -> Any:
    """Return horizontal bars with their names above them: room for long names, also on a phone.

    Args:
        colour: Of the bars; empty: each row has its own `color`.
        tick: Whether to mark the value of the period before.
        inner: A part of the value, as a bar on the bar: its field and colour.
        row_height: Of a name and its bar.
    """
    base = alt.Chart(rows()).encode(y=alt.Y("key:N", sort=None, axis=None))
    thickness = row_height - 25
    above, below = -row_height / 2 + 11, row_height / 2 - thickness / 2 - 4
    bar: dict[str, Any] = {"height": thickness, "yOffset": below, "cornerRadiusEnd": 2}
    bars = base.mark_bar(**bar).encode(
        x=alt.X("value:Q", axis=None, scale=alt.Scale(zero=True)),
        color=alt.value(colour) if colour else alt.Color("color:N", scale=None),
        tooltip="tip:N",
    )
    names = base.mark_text(align="left", baseline="middle", dy=above, limit={"expr": ROOM}).encode(
        x=alt.value(0), text="label:N"
    )
    values = base.mark_text(align="right", baseline="middle", dy=above, fontWeight=600).encode(
        x=alt.value("width"), text="shown:N"
    )
    # What has nothing to compare with has an `earlier` all the same, unseen: Vega warns of fields without values.
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
    return by_row(alt.layer(*layers, names, values), row_height)
