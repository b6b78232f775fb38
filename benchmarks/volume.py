"""How good the checks of volume are: `python -m benchmarks.volume [seed]` writes the last part of docs/quality.md.

It generates 396 days of the synthetic shop, checks each day by those before it, and plants a loss in each.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Final

from benchmarks.graph import LAST
from benchmarks.report import DOCS, machine
from ecommerce_pipeline.partitions import ONE_DAY, Days, Window
from ecommerce_pipeline.quality.volume import Counts, expected
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import ShopSettings, state
from ecommerce_pipeline.synthetic.truth import campaign_days

REPORT: Final = DOCS / "quality.md"
HISTORY: Final = 396
LOST: Final = 0.4
SEED: Final = 7
"""The constants of the check were chosen by the days of seed 42."""
HEADING: Final = "## How good the checks of volume are"
METHOD: Final = f"""\
Written by `.venv/bin/python -m benchmarks.volume`: {HISTORY} days of the synthetic shop at scale 1, each as it is
at its end and checked by the days before it, and then with {LOST:.0%} of its rows lost, a table at a time. The seed
is not the one by which the constants of the check were chosen. Most losses that are missed are of a campaign's
first day in the data, of which nobody knows yet what it does, and of tables with few rows a day, where chance alone
may do as much.
"""


@dataclass(frozen=True)
class Scored:
    """How the days of a table were checked: how many were, with how many rows, false alarms and losses found."""

    table: str
    days: int
    rows: float
    alarms: int
    caught: float


def main(arguments: list[str]) -> None:
    """Generate the days, check them, and write the report."""
    shop = ShopSettings(seed=int(arguments[0]) if arguments else SEED)
    days = Days((Window(LAST - timedelta(days=HISTORY - 1), LAST + ONE_DAY),))
    counts = {(table, day): state(shop, table, day, day).num_rows for day in days for table in EVENTS}
    written = REPORT.read_text().partition(HEADING)[0]
    REPORT.write_text(written + report(list(scored(days, counts)), shop.seed))
    print(f"wrote {REPORT}")  # noqa: T201


def scored(days: Days, counts: Counts) -> Iterator[Scored]:
    """Yield the scores of each table."""
    named = campaign_days(days)
    for table in EVENTS:
        intervals = {
            day: found.interval
            for day in days
            if (found := expected(table, day, counts, lambda day: named.get(day, "")))
        }
        rows = {day: counts[table, day] for day in intervals}
        yield Scored(
            table,
            len(rows),
            median(rows.values()),
            sum(not fewest <= rows[day] <= most for day, (fewest, most) in intervals.items()),
            sum((1 - LOST) * rows[day] < fewest for day, (fewest, _) in intervals.items()) / len(rows),
        )


def report(scores: list[Scored], seed: int) -> str:
    """Return the scores as Markdown."""
    lines = [HEADING, "", *METHOD.splitlines(), "", f"Seed {seed}; {machine()}", ""]
    lines += [
        f"| table | days with {HISTORY - scores[0].days} before | rows a day | false alarms | losses found |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(f"| {one.table} | {one.days} | {one.rows:,.0f} | {one.alarms} | {one.caught:.1%} |" for one in scores),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
