"""Daily sales as they were known at the end of any day: by measure, of the whole, each channel and each category."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts.scores import Floats, Ints
from ecommerce_pipeline.partitions import ONE_DAY

NET_AMOUNT: Final = "net_amount"
ORDERS_SOLD: Final = "orders_sold"
ALL: Final = "all"

SEASON: Final = 7
MOST_DAYS: Final = 3 * 365
"""Older days say nothing of the weeks to come."""
SETTLED_AFTER: Final = 28
"""Days after which a day's sales are as good as complete: later payments and cancellations are few."""
SETTLED_DAYS: Final = 56
"""How many such days show which share of a day is known after how many days."""
LEAST_SHARE: Final = 0.5
"""Newest days of which usually less is known say too little of what they will be."""
_SHARES: Final = (0.05, 2.0)
_EPOCH: Final = date(1970, 1, 1)


class Series(NamedTuple):
    """A series of a measure: the whole (`all`, `all`), or a member of a level (`channel`, `web`)."""

    level: str
    member: str


@dataclass(frozen=True)
class Panel:
    """The sales of consecutive days, as known at the end of an origin and scaled to what they will usually become.

    Attributes:
        origin: The last day known.
        measure: `net_amount` or `orders_sold`.
        series: The whole, then its parts by channel, then those by category.
        last: The last day of the values: the origin, or an earlier one if little of the origin is known yet.
        values: Of the days up to it, a column per series.
    """

    origin: date
    measure: str
    series: tuple[Series, ...]
    last: date
    values: Floats

    @property
    def days(self) -> list[date]:
        """The days of the values."""
        return [self.last - ONE_DAY * back for back in range(len(self.values) - 1, -1, -1)]

    @cached_property
    def position(self) -> dict[Series, int]:
        """The column of each series."""
        return {series: position for position, series in enumerate(self.series)}


class SalesHistory:
    """The rows of `marts_sales_as_known`, and the days that are loaded."""

    COLUMNS: Final = ("business_date", "known_date", "channel", "category", ORDERS_SOLD, NET_AMOUNT)

    def __init__(self, rows: pa.Table, loaded: Sequence[date]) -> None:
        """Take the rows.

        Args:
            rows: Of the mart, with `COLUMNS`, in any order.
            loaded: The days of which the warehouse has all rows; a day without sales is one of them.
        """
        rows = rows.sort_by("known_date")
        self._loaded = {(day - _EPOCH).days for day in loaded}
        self._day = _numbers(rows["business_date"])
        self._known = _numbers(rows["known_date"])
        self._members = {level: _Codes(rows[level]) for level in ("channel", "category")}
        self._amounts = {
            NET_AMOUNT: _floats(rows[NET_AMOUNT]),
            ORDERS_SOLD: _floats(rows[ORDERS_SOLD]),
        }

    def as_known(self, origin: date, measure: str) -> Panel:
        """Return what was known at the end of a day of it and the days before it, up to the first that is not loaded.

        The newest days are incomplete: orders are paid, and rows written, later. Each series' days are divided by the
        share of it that was usually known so many days after, measured on the `SETTLED_DAYS` that are complete.
        """
        end = (origin - _EPOCH).days
        days = days_without_gap(self._loaded, end, MOST_DAYS)
        known = slice(0, int(np.searchsorted(self._known, end, side="right")))
        day, amount = self._day[known], self._amounts[measure][known]
        inside = (day > end - days) & (day <= end)
        row, lag, amount = days - 1 - (end - day[inside]), self._known[known][inside] - day[inside], amount[inside]
        columns = [(Series(ALL, ALL), np.ones(len(row), dtype=np.bool_))]
        for level in ("channel",) if measure == ORDERS_SOLD else ("channel", "category"):
            codes = self._members[level]
            columns += [
                (Series(level, member), of_member) for member, of_member in codes.members(known, inside) if member
            ]
        values = np.zeros((days, len(columns)))
        shares = np.ones((SETTLED_AFTER, len(columns)))
        for position, (_, of_series) in enumerate(columns):
            values[:, position] = np.bincount(row[of_series], amount[of_series], minlength=days)
            shares[:, position] = _shares(days, row[of_series], lag[of_series], amount[of_series], shares[:, 0])
        newest = min(days, SETTLED_AFTER)
        values[days - newest :] /= shares[:newest][::-1]
        unknown = int(np.argmax(shares[:, 0] >= LEAST_SHARE)) if (shares[:, 0] >= LEAST_SHARE).any() else SETTLED_AFTER
        kept = max(days - unknown, 0)
        return Panel(origin, measure, tuple(series for series, _ in columns), origin - ONE_DAY * unknown, values[:kept])


def days_without_gap(loaded: Container[int], end: int, most: int) -> int:
    """Return how many days up to one are loaded without a gap; days are numbers."""
    days = 0
    while days < most and end - days in loaded:
        days += 1
    return days


class _Codes:
    """A column of texts as numbers of its sorted distinct values."""

    def __init__(self, column: "pa.ChunkedArray[Any]") -> None:
        self.names = sorted({value or "" for value in column.unique().to_pylist()})
        self.codes: Ints = np.searchsorted(self.names, [value or "" for value in column.to_pylist()])

    def members(self, known: slice, inside: NDArray[np.bool_]) -> list[tuple[str, NDArray[np.bool_]]]:
        """Return the names that some rows have, and which rows each has."""
        codes = self.codes[known][inside]
        return [(self.names[code], codes == code) for code in np.unique(codes)]


def _shares(days: int, row: Ints, lag: Ints, amount: Floats, of_whole: Floats) -> Floats:
    """Return the share of a day that is usually known after 0, 1, ... days; too few sales have that of the whole."""
    settled = days - SETTLED_AFTER
    used = (row < settled) & (row >= settled - SETTLED_DAYS)
    by_lag = np.bincount(np.minimum(lag[used], SETTLED_AFTER), amount[used], minlength=SETTLED_AFTER + 1)
    total = by_lag.sum()
    if settled < SETTLED_AFTER or total <= 0:
        return of_whole
    shares: Floats = np.clip(np.cumsum(by_lag)[:SETTLED_AFTER] / total, *_SHARES)
    return shares


def _numbers(column: "pa.ChunkedArray[Any]") -> Ints:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()), dtype=np.int64)


def _floats(column: "pa.ChunkedArray[Any]") -> Floats:
    return np.asarray(column.cast(pa.float64()), dtype=np.float64)
