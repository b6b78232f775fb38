"""The periods that a reader can choose, from the data's own days; nothing here reads the clock."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ecommerce_pipeline.partitions import ONE_DAY, Window

PRESETS: Final = (7, 14, 28, 90, 365)
"""Whole weeks first, so that a period and the one before it have the same weekdays."""
MONTHS: Final = 24
"""Most calendar months offered, the newest first."""
ALL: Final = "all"


@dataclass(frozen=True)
class Period:
    """A choice of days, and the days it is compared with.

    Attributes:
        key: As in the page's address.
        label: What people read.
        first: First day.
        last: Last day, in it.
        before: The period of as many days before it, if all of its days were delivered.
    """

    key: str
    label: str
    first: date
    last: date
    before: Window | None = None

    @property
    def window(self) -> Window:
        """The days, half open."""
        return Window(self.first, self.last + ONE_DAY)


def periods(first: date, as_of: date, delivered: Collection[date]) -> list[Period]:
    """Return the periods that can be chosen.

    Args:
        first: The first day of which there is any row.
        as_of: The newest day with orders.
        delivered: The written days that the warehouse has loaded; what happened before them is there in part only.
    """
    whole = [day for day in delivered if day <= as_of]
    beginning = min(whole, default=first)
    found = [
        _compared(Period(f"{days}d", f"Last {days} days", as_of - (days - 1) * ONE_DAY, as_of), delivered)
        for days in PRESETS
        if days < (as_of - beginning).days + 1
    ]
    months = list(_months(beginning, as_of))
    found.append(Period(ALL, "All days", first, as_of))
    return found + [_compared(month, delivered) for month in months] if len(months) > 1 else found


def default_period(choices: list[Period]) -> Period:
    """Return the longest period up to a quarter that can be compared with the one before it, or else all days."""
    comparable = [period for period in choices if period.before and period.key in {f"{days}d" for days in PRESETS[:4]}]
    return comparable[-1] if comparable else next(period for period in choices if period.key == ALL)


def _compared(period: Period, delivered: Collection[date]) -> Period:
    days = len(period.window)
    before = Window(period.first - days * ONE_DAY, period.first)
    if not all(day in delivered for day in before.days()):
        return period
    return Period(period.key, period.label, period.first, period.last, before)


def _months(first: date, last: date) -> Iterator[Period]:
    month = last.replace(day=1)
    for _ in range(MONTHS):
        if month < first.replace(day=1):
            return
        end = month.replace(day=monthrange(month.year, month.month)[1])
        label = f"{month:%B %Y}" if end <= last else f"{month:%B %Y} so far"
        yield Period(f"{month:%Y-%m}", label, month, min(end, last))
        month = (month - ONE_DAY).replace(day=1)
