"""Data quality, for engineers: rows received, rows quarantined and why, and whether totals agree."""

from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import marks
from ecommerce_pipeline.dashboard.charts.chart import Chart, Section
from ecommerce_pipeline.dashboard.charts.grammar import alt

ROWS: Final = (
    *("rows_source", "rows_lake", "rows_in", "rows_valid", "rows_quarantined", "rows_duplicate", "rows_superseded"),
    "rows_unmatched",
)
"""What becomes of the rows of a table."""
REASONS: Final = ("marts_data_quality.rows_quarantined", "quarantine_transactions.reason")


def quarantine_by_day() -> Any:
    """Draw quarantined rows per day, with the most frequent reasons apart."""
    bars = (
        alt.Chart(marks.rows())
        .mark_bar()
        .encode(
            x=marks.days(),
            y=marks.amount("quarantined", "count", stack="zero"),
            color=alt.Color("color:N", scale=None),
            order="stack_order:Q",
            tooltip="tip:N",
        )
    )
    return marks.finished(alt.layer(bars).add_params(marks.ticks()))


def quarantine_reasons() -> Any:
    """Draw the reasons for quarantine by number of rows."""
    return marks.ranking("")


SECTION: Final = Section(
    "quality",
    "Data quality",
    "For engineers: is every row accounted for, and do the totals agree?",
    (
        Chart(
            "rows_accounted",
            "Every row accounted for",
            "rows of the period: PostgreSQL = lake = staging = valid + quarantined + copies + older versions",
            ("quality",),
            None,
            scope="period",
            columns=tuple(f"marts_data_quality.{name}" for name in ROWS),
            wide=True,
        ),
        Chart(
            "totals_agree",
            "The same revenue everywhere",
            "{money}, net revenue of the period to the cent",
            ("totals",),
            None,
            scope="period",
            metrics=("net_revenue",),
        ),
        Chart(
            "quarantine_by_day",
            "Quarantined rows per day",
            "rows, by business day",
            ("quarantine",),
            quarantine_by_day,
            scope="period",
            columns=REASONS,
        ),
        Chart(
            "quarantine_reasons",
            "Why rows were quarantined",
            "rows quarantined in the period",
            ("quarantine",),
            quarantine_reasons,
            scope="period",
            columns=REASONS,
        ),
    ),
)
