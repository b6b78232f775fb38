"""The shop's clock: the first instant of each day in its time zone, in microseconds since 1970-01-01 UTC.

Days have 24 hours, but 23 or 25 where the clocks change. Times of day are drawn for 24 hours and stretched or squeezed
into the day.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from ecommerce_pipeline.synthetic.random_streams import Ints

SECOND: Final = 1_000_000
"""Times are whole microseconds."""
DAY: Final = 86_400 * SECOND

_EPOCH: Final = date(1970, 1, 1)
_EPOCH_INSTANT: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Clocks change by whole half hours; a day has 48.
_HALF_HOUR: Final = 1800 * SECOND
_HALF_HOURS: Final = 48


def day_number(day: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (day - _EPOCH).days


@lru_cache(maxsize=4096)
def instant(zone: str, day: date) -> int:
    """Return the first instant of the day in the time zone."""
    if zone == "UTC":
        return day_number(day) * DAY
    # Where the clocks skip midnight, this is the first instant after the gap; where it comes twice, the first.
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return (midnight - _EPOCH_INSTANT) // timedelta(microseconds=1)


def moments(zone: str, days: "Ints | int", of_day: Ints) -> Ints:
    """Return the instants at these times (microseconds of a day of 24 hours) of the days with these numbers."""
    if zone == "UTC":
        return days * DAY + of_day
    if not len(of_day):
        return of_day
    numbers = np.asarray(days, dtype=np.int64)
    first, last = int(numbers.min()), int(numbers.max())
    midnights = _midnights(zone, range(first, last + 2))
    start: Ints = midnights[numbers - first]
    half_hours = (midnights[numbers - first + 1] - start) // _HALF_HOUR
    times: Ints = start + of_day * half_hours // _HALF_HOURS
    return times


def _midnights(zone: str, days: Iterable[int]) -> Ints:
    return np.array([instant(zone, _EPOCH + timedelta(days=number)) for number in days], dtype=np.int64)
