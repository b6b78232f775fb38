"""The rows of one table that begin with one day's events: when each is written, changed and deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ecommerce_pipeline.synthetic.arrow_columns import Rows, packed, take
from ecommerce_pipeline.synthetic.happenings import PLANTED
from ecommerce_pipeline.synthetic.random_streams import Ints


@dataclass(frozen=True)
class Schedule:
    """Rows sorted by the day on which they are due; those due on day `first + n` end at `ends[n + 1]`."""

    first: int
    rows: Rows
    ends: Ints

    def on(self, days: int) -> Iterator[Rows]:
        """Yield the rows that are due so many days after the events, if there are any."""
        start, end = self.ends[days - self.first : days - self.first + 2]
        if start < end:
            yield take(self.rows, slice(start, end))


@dataclass(frozen=True)
class History:
    """What becomes of the rows; days are counted from that of the events.

    Attributes:
        keys: Key of each row.
        first: Day on which each is written.
        changes: Days on which each changes; those before the first are of no account.
        gone: Day on which each is deleted.
        gone_at: Returns the times at which the rows at these positions are deleted.
        business_day: Returns the business days of the rows at these positions at the end of these days.
        at: Returns the rows at these positions at the end of these days, with PLANTED.
        why_gone: Returns why the rows at these positions are deleted, as bits.
    """

    keys: Ints
    first: Ints
    changes: tuple[Ints, ...]
    gone: Ints
    gone_at: Callable[[Ints], Ints]
    why_gone: Callable[[Ints], Ints]
    business_day: Callable[[Ints, int], Ints]
    at: "Callable[[Ints, Ints | int], Rows]"

    def on_first_day(self) -> Rows:
        """Return the rows written on the day of the events."""
        return self.at(np.flatnonzero(self.first == 0), 0)

    def present(self, days: int) -> Ints:
        """Return the positions of the rows that are there at the end of the day."""
        return np.flatnonzero((self.first <= days) & (days < self.gone))

    def later(self, first: int, last: int) -> Schedule:
        """Return the rows written or changed on later days, as at the end of the day, for a range of days."""
        days = (self.first, *self.changes)
        due_on, which = [], []
        for position, day in enumerate(days):
            due = (day >= max(first, 1)) & (day <= last) & (day >= self.first) & (day < self.gone)
            for earlier in days[:position]:
                due &= day != earlier
            found = np.flatnonzero(due)
            which.append(found)
            due_on.append(day[found])
        rows, on = np.concatenate(which), np.concatenate(due_on)
        return _schedule(self.at(rows, on), on, first, last)

    def deletions(self, last: int) -> Schedule:
        """Return the rows that are deleted: key, time and reason."""
        which = np.flatnonzero((self.gone <= last) & (self.first < self.gone))
        rows = {"key": self.keys[which], "deleted_at": self.gone_at(which), PLANTED: self.why_gone(which)}
        return _schedule(rows, self.gone[which], 1, last)


def _schedule(rows: Rows, days: Ints, first: int, last: int) -> Schedule:
    by_day = np.argsort((days - first).astype(np.uint8), kind="stable")
    ends = np.searchsorted(days[by_day], np.arange(first - 1, last + 1), side="right")
    return Schedule(first, packed(take(rows, by_day)), ends)
