"""The calendar: UTC days, half-open windows of days, and the days that a window of written days changes.

A written day (partition of source, lake and staging) has rows of events up to `lateness_days` (L) earlier. So a window
[a, b) of written days changes facts of [a - L, b). Nothing here reads the clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Window:
    """A half-open range of UTC days: `start` is in it, `end` is not.

    Raises:
        ValueError: The window is empty.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"the window from {self.start} to {self.end}, exclusive, has no days")

    @classmethod
    def of_day(cls, day: date) -> "Window":
        """Return the window of one day."""
        return cls(day, day + ONE_DAY)

    @classmethod
    def of_keys(cls, first: str, last: str) -> "Window":
        """Return the window from the first to the last partition key (YYYY-MM-DD), both included."""
        return cls(date.fromisoformat(first), date.fromisoformat(last) + ONE_DAY)

    @property
    def last(self) -> date:
        """The last day in the window."""
        return self.end - ONE_DAY

    def days(self) -> Iterator[date]:
        """Yield the days of the window in order."""
        for offset in range(len(self)):
            yield self.start + timedelta(days=offset)

    def __len__(self) -> int:
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start}" if len(self) == 1 else f"{self.start} to {self.last}"

    def parts(self, days: int) -> "list[Window]":
        """Split the window into windows of at most so many days, in order.

        >>> [str(part) for part in Window.of_keys("2026-03-01", "2026-03-03").parts(2)]
        ['2026-03-01 to 2026-03-02', '2026-03-03']
        """
        step = timedelta(days=days)
        starts = [self.start + step * part for part in range(-(-len(self) // days))]
        return [Window(start, min(start + step, self.end)) for start in starts]

    def happened(self, lateness_days: int) -> "Window":
        """Return the days of the events whose rows can be written in this window: [start - L, end)."""
        return Window(self.start - timedelta(days=lateness_days), self.end)


def start_of(day: date) -> datetime:
    """Return the first instant of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
