"""The plot of docs/benchmarks.md: rows per second of every tool, side by side."""

from collections.abc import Sequence
from pathlib import Path

import altair as alt
import vl_convert

from benchmarks.results import Result

COLOURS = {"ours": "#0b6e99", "peer": "#b5b5b5", "limit": "#e0a030"}


def draw(results: Sequence[Result], groups: Sequence[str], file: Path) -> None:
    """Draw the groups' results of one size into an SVG file."""
    rows = [
        {"group": one.group, "tool": one.name, "rate": one.rate / 1000, "role": one.role}
        for one in results
        if one.rows and one.group in groups and one.role in COLOURS
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("rate:Q", title="thousand rows per second"),
        y=alt.Y("tool:N", sort=alt.SortField("rate", "descending"), title=None),
    )
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())), title=None)
    bars = base.mark_bar().encode(color=colour)
    labels = base.mark_text(align="left", dx=3).encode(text=alt.Text("rate:Q", format=",.3~r"))
    chart = (
        alt.layer(bars, labels)
        .properties(width=420, height=alt.Step(18))
        .facet(row=alt.Row("group:N", sort=list(groups), title=None, header=alt.Header(labelOrient="top")))
        .resolve_scale(x="independent", y="independent")
        .configure(background="white")
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(vl_convert.vegalite_to_svg(chart.to_json()))
