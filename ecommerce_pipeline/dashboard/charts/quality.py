"""Data quality, for the engineers: what came in, what was set aside and why, and whether the numbers agree."""

from typing import Any, Final

import altair as alt

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Section


def quarantine_by_day() -> Any:
    """Draw quarantined rows per written day by reason, the most frequent reasons apart."""
    bars = (
        alt.Chart(marks.rows())
        .mark_bar()
        .encode(
            x=marks.days(),
            y=marks.amount("quarantined", "count", stack="zero"),
            color=alt.Color("color:N", scale=None),
            order="place:Q",
            tooltip="tip:N",
        )
    )
    return marks.finished(alt.layer(bars).add_params(marks.ticks()))


def quarantine_reasons() -> Any:
    """Draw the reasons of quarantine by how many rows they took."""
    return marks.ranking("")


SECTION: Final = Section(
    "quality",
    "Data quality",
    "For engineers: does every row have its place, and do the numbers agree?",
    (
        Chart(
            "rows_accounted",
            "Every row accounted for",
            "rows written in the period: PostgreSQL = lake = staging = valid + quarantined + exact copies",
            ("quality",),
            None,
            scope="period",
            wide=True,
        ),
        Chart(
            "totals_agree",
            "The same revenue everywhere",
            "{money}, net revenue of the period to the cent",
            ("totals",),
            None,
            scope="period",
        ),
        Chart(
            "quarantine_by_day",
            "Quarantined rows per day",
            "rows set aside, by the day on which they were written",
            ("quarantine",),
            quarantine_by_day,
            scope="period",
        ),
        Chart(
            "quarantine_reasons",
            "Why rows were quarantined",
            "rows set aside in the period",
            ("quarantine",),
            quarantine_reasons,
            scope="period",
        ),
    ),
)
