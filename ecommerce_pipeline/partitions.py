"""The calendar: business days, ranges of them, and sets of days that need not lie together.

A business day is a day of the shop's time zone. Nothing here reads the clock.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final

ONE_DAY = timedelta(days=1)

_DAY: Final = r"(\d{4}-\d\d-\d\d)"
_RANGE: Final = re.compile(rf"{_DAY}(?:\s+to\s+{_DAY})?", re.ASCII)


@dataclass(frozen=True, order=True)
class Window:
    """A half-open range of days: `start` is in it, `end` is not.

    Raises:
        ValueError: The window is empty.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"the window from {self.start} to {self.end}, exclusive, has no days")

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


@dataclass(frozen=True)
class Days:
    """A set of days that is not empty.

    Attributes:
        windows: Its longest ranges, in order.

    Raises:
        ValueError: There are no days.
    """

    windows: tuple[Window, ...]

    def __post_init__(self) -> None:
        if not self.windows:
            raise ValueError("a set of days has at least one day")

    @classmethod
    def of(cls, days: Iterable[date]) -> "Days":
        """Return the set of these days.

        >>> print(Days.of([date(2026, 3, 4), date(2026, 3, 1), date(2026, 3, 2)]))
        2026-03-01 to 2026-03-02, 2026-03-04
        """
        windows: list[Window] = []
        for day in sorted(set(days)):
            if windows and windows[-1].end == day:
                windows[-1] = Window(windows[-1].start, day + ONE_DAY)
            else:
                windows.append(Window(day, day + ONE_DAY))
        return cls(tuple(windows))

    @classmethod
    def of_day(cls, day: date) -> "Days":
        """Return the set of one day."""
        return cls((Window(day, day + ONE_DAY),))

    @classmethod
    def of_keys(cls, first: str, last: str) -> "Days":
        """Return all days from the first to the last partition key (YYYY-MM-DD), both included."""
        return cls((Window(date.fromisoformat(first), date.fromisoformat(last) + ONE_DAY),))

    @classmethod
    def parse(cls, text: str) -> "Days":
        """Return the days of a text as `str` of a set writes it, with any spaces.

        >>> len(Days.parse("2026-03-01 to 2026-03-02,2026-03-04"))
        3

        Raises:
            ValueError: The text is not of that form.
        """
        ranges = [_RANGE.fullmatch(part.strip()) for part in text.split(",")]
        if None in ranges:
            raise ValueError(f"{text!r} is not a set of days")
        try:
            parsed = [cls.of_keys(found[1], found[2] or found[1]) for found in ranges if found]
        except OverflowError:  # the last day of all has no next one
            raise ValueError(f"{text!r} has a day too late") from None
        return cls.of(day for days in parsed for day in days)

    @property
    def first(self) -> date:
        """The first day."""
        return self.windows[0].start

    @property
    def last(self) -> date:
        """The last day."""
        return self.windows[-1].last

    @property
    def summary(self) -> str:
        """The days for a heading or a message: all ranges if they are few.

        >>> Days.of(date(2026, 3, day) for day in range(1, 30, 2)).summary
        '15 days from 2026-03-01 to 2026-03-29'
        """
        few = 4
        return str(self) if len(self.windows) <= few else f"{len(self)} days from {self.first} to {self.last}"

    @property
    def options(self) -> list[str]:
        """The options of the command line that name the days.

        >>> Days.parse("2026-03-01, 2026-03-04").options
        ['--days', '2026-03-01, 2026-03-04']
        """
        if len(self.windows) > 1:
            return ["--days", str(self)]
        return ["--from", self.first.isoformat(), "--to", self.last.isoformat()]

    def __iter__(self) -> Iterator[date]:
        for window in self.windows:
            yield from window.days()

    def __len__(self) -> int:
        return sum(map(len, self.windows))

    def __contains__(self, day: date) -> bool:
        return any(day in window for window in self.windows)

    def __or__(self, others: Iterable[date]) -> "Days":
        return Days.of({*self, *others})

    def __str__(self) -> str:
        return ", ".join(map(str, self.windows))

    def parts(self, most: int) -> "list[Days]":
        """Split the set into sets of at most so many days, in order.

        >>> [str(part) for part in Days.of_keys("2026-03-01", "2026-03-03").parts(2)]
        ['2026-03-01 to 2026-03-02', '2026-03-03']
        """
        days = iter(self)
        return [Days.of(islice(days, most)) for _ in range(-(-len(self) // most))]


def start_of(day: date) -> datetime:
    """Return the first instant of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
