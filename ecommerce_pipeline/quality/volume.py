"""Whether a day has about as many rows as the same weekday usually has."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

from ecommerce_pipeline.partitions import Days

WEEKS_BACK: Final = 8
WEEKS_NEEDED: Final = 3
FEWEST: Final = 0.5
MOST: Final = 2.0
"""A day is unusual with fewer or more rows than these multiples of its weekday's median."""
NOISE: Final = 50
"""Smaller differences are ignored."""

Counts = Mapping[tuple[str, date], int]
"""Rows by table and written day."""


def unusual_days(table: str, days: Days, counts: Counts, today: date | None = None) -> list[str]:
    """Return a message for each day of the days with unusually few or many rows; days without history are skipped.

    Args:
        table: The table.
        days: The days.
        counts: Rows, of the days and those before.
        today: The day that has not ended, whose rows are never too few.

    >>> from datetime import date
    >>> counts = {("orders", date(2026, 3, day)): rows for day, rows in {2: 600, 9: 610, 16: 590, 23: 0}.items()}
    >>> unusual_days("orders", Days.of_day(date(2026, 3, 23)), counts)
    ['2026-03-23: 0 rows, the median of the 3 Mondays before is 600']
    """
    messages = []
    for day in days:
        weeks = (day - timedelta(weeks=week) for week in range(1, WEEKS_BACK + 1))
        peers = [counts[table, other] for other in weeks if (table, other) in counts]
        if len(peers) < WEEKS_NEEDED:
            continue
        usual, rows = median(peers), counts[table, day]
        fewest = 0 if day == today else FEWEST * usual
        if not fewest <= rows <= MOST * usual and abs(rows - usual) >= NOISE:
            messages.append(f"{day}: {rows:,} rows, the median of the {len(peers)} {day:%A}s before is {usual:,.0f}")
    return messages
