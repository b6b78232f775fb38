"""A small picture of the revenue trend, for the asset's page in Dagster."""

import altair as alt
import vl_convert

from ecommerce_pipeline.dashboard.figures import Figures

WIDTH, HEIGHT = 360, 96
COLOURS = {"bars": "#2456c4", "paper": "#ffffff"}


def thumbnail(figures: Figures) -> bytes:
    """Return a PNG of the net revenue by day."""
    rows = [{"day": day.isoformat(), "net": cents / 100} for day, cents in figures.net_by_day]
    bars = (
        alt.Chart(alt.InlineData(rows))
        .mark_bar(color=COLOURS["bars"], cornerRadiusEnd=1)
        .encode(
            x=alt.X("day:O", axis=None, scale=alt.Scale(paddingInner=0.2)),
            y=alt.Y("net:Q", axis=None),
        )
        .properties(width=WIDTH, height=HEIGHT, background=COLOURS["paper"])
        .configure_view(stroke=None)
    )
    return bytes(vl_convert.vegalite_to_png(bars.to_dict()))
