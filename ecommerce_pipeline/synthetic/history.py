"""The rows of one table that begin with one day's events: when each is written, changed and deleted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ecommerce_pipeline.synthetic.arrow_columns import Rows, packed, take
from ecommerce_pipeline.synthetic.delivery import Delivery
from ecommerce_pipeline.synthetic.happenings import PLANTED, Happening, bits
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints


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
class Deletion:
    """The deletion of each row; days are counted from that of the events.

    Attributes:
        day: Day on which each is deleted.
        at: Returns the times at which the rows at these positions are deleted.
        why: Returns why, as bits.
    """

    day: Ints
    at: Callable[[Ints], Ints]
    why: Callable[[Ints], Ints]


@dataclass(frozen=True)
class History:
    """What becomes of the rows; days are counted from that of the events.

    Attributes:
        keys: Key of each row.
        first: Day on which each is written.
        at: Returns the rows at these positions at the end of these days, with PLANTED.
        business_day: Returns the business days (day numbers) of the rows at these positions at the end of a day.
        changes: Days on which each changes; those before the first are of no account.
        deletion: When each is deleted, if they ever are.
    """

    keys: Ints
    first: Ints
    at: "Callable[[Ints, Ints | int], Rows]"
    business_day: Callable[[Ints, int], Ints]
    changes: tuple[Ints, ...] = ()
    deletion: Deletion | None = None

    def on_first_day(self) -> Rows:
        """Return the rows written on the day of the events."""
        return self.at(np.flatnonzero(self.first == 0), 0)

    def present(self, days: int) -> Ints:
        """Return the positions of the rows that are there at the end of the day."""
        return np.flatnonzero((self.first <= days) & self._before_deletion(days))

    def written(self, first: int, last: int) -> Flags:
        """Return which of the rows are written or changed in a range of days."""
        found = np.zeros(len(self.keys), dtype=np.bool_)
        for day in (self.first, *self.changes):
            found |= (day >= first) & (day <= last) & (day >= self.first)
        return found

    def later(self, first: int, last: int) -> Schedule:
        """Return the rows written or changed on later days, as at the end of the day, for a range of days."""
        days = (self.first, *self.changes)
        due_on, which = [], []
        for position, day in enumerate(days):
            due = (day >= max(first, 1)) & (day <= last) & (day >= self.first) & self._before_deletion(day)
            for earlier in days[:position]:
                due &= day != earlier
            found = np.flatnonzero(due)
            which.append(found)
            due_on.append(day[found])
        rows, on = np.concatenate(which), np.concatenate(due_on)
        return _schedule(self.at(rows, on), on, first, last)

    def deletions(self, last: int) -> Schedule:
        """Return the rows that are deleted up to a day: key, time and reason."""
        if self.deletion is None:
            raise ValueError("these rows are never deleted")
        day = self.deletion.day
        which = np.flatnonzero((day <= last) & (self.first < day))
        rows = {"key": self.keys[which], "deleted_at": self.deletion.at(which), PLANTED: self.deletion.why(which)}
        return _schedule(rows, day[which], 1, last)

    def _before_deletion(self, days: "Ints | int") -> Flags:
        return np.ones(len(self.keys), dtype=np.bool_) if self.deletion is None else days < self.deletion.day


def written_once(
    keys: Ints, rows: Rows, delivery: Delivery, born: int, *, days: "Ints | int" = 0, deletion: Deletion | None = None
) -> History:
    """Return the history of rows that never change.

    Args:
        keys: Key of each row.
        rows: The table's columns, and PLANTED, to which it is added how late rows are delivered.
        delivery: How the events reach the database.
        born: A day number.
        days: Days from then to the event of each row.
        deletion: When each is deleted, if they ever are.
    """
    happened = np.broadcast_to(np.asarray(days, dtype=np.int64), keys.shape)

    def at(which: Ints, _days: "Ints | int") -> Rows:
        late, committed_late = delivery.late[which] > 0, delivery.committed_late[which]
        how = bits(Happening.LATE, late & ~committed_late) | bits(Happening.COMMITTED_LATE, committed_late)
        found = take(rows, which)
        return found | {PLANTED: found[PLANTED] | how}

    return History(
        keys=keys,
        first=happened + delivery.late,
        at=at,
        business_day=lambda which, _days: born + happened[which],
        deletion=deletion,
    )


def _schedule(rows: Rows, days: Ints, first: int, last: int) -> Schedule:
    by_day = np.argsort((days - first).astype(np.uint8), kind="stable")
    ends = np.searchsorted(days[by_day], np.arange(first - 1, last + 1), side="right")
    return Schedule(first, packed(take(rows, by_day)), ends)
