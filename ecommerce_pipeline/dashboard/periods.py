"""The selectable periods, derived from the days of the data; nothing here reads the clock."""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ecommerce_pipeline.partitions import ONE_DAY, Window

PRESETS: Final = (7, 14, 28, 90, 365)
"""Days. The first ones are whole weeks, so that a period and the one before it have the same weekdays."""
MONTHS: Final = 24
"""The most calendar months offered, newest first."""
ALL: Final = "all"
TODAY: Final = "today"


@dataclass(frozen=True)
class Period:
    """A selectable range of days, and the days it is compared with.

    Attributes:
        key: Its name in the page's address.
        label: Its name on the page.
        first: First day.
        last: Last day, included.
        before: The same number of days before it; None unless all of them were delivered.
    """

    key: str
    label: str
    first: date
    last: date
    before: Window | None = None

    @property
    def window(self) -> Window:
        """The days, as a half-open window."""
        return Window(self.first, self.last + ONE_DAY)


def periods(
    first: date, as_of: date, delivered: Collection[date], partial_until: datetime | None = None
) -> list[Period]:
    """Return the selectable periods.

    Args:
        first: The first day with any row.
        as_of: The newest day with orders or refunds.
        delivered: The days that are loaded.
        partial_until: Until when the newest day was read, if it has not ended. Such a day is compared with nothing:
            the last days are whole ones, and it is a period of its own.
    """
    beginning = min((day for day in delivered if day <= as_of), default=first)
    last = as_of if partial_until is None else as_of - ONE_DAY
    found = [
        _compared(Period(f"{days}d", f"Last {days} days", last - (days - 1) * ONE_DAY, last), delivered)
        for days in PRESETS
        if days < (last - beginning).days + 1
    ]
    if partial_until is not None:
        found.append(Period(TODAY, f"Today until {partial_until:%H:%M}", as_of, as_of))
    months = list(_months(beginning, as_of))
    found.append(Period(ALL, "All days", first, as_of))
    if len(months) > 1:
        found += [month if month.last > last else _compared(month, delivered) for month in months]
    return found


def default_period(choices: list[Period]) -> Period:
    """Return the longest period, up to a quarter, with a period before it to compare with; otherwise all days."""
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
