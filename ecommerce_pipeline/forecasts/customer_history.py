"""What was known of buyers at the end of any day: their orders sold and their visits, by person.

An order counts from the day on which it was known to be sold, until it is cancelled; visits count from their own day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ecommerce_pipeline.forecasts.bg_nbd import Purchases
from ecommerce_pipeline.forecasts.sales_history import days_without_gap
from ecommerce_pipeline.forecasts.scores import Floats, Ints

MOST_DAYS: Final = 730
"""Orders of older days say little of who buys now."""
ACTIVE_DAYS: Final = 365
"""Who has bought nothing for longer has no forecast."""
VISIT_DAYS: Final = 90

_EPOCH: Final = date(1970, 1, 1)
_DAYS: Final = 1 << 20
"""More than there are days: person and day in one integer, which sorts fast."""


@dataclass(frozen=True)
class Buyers:
    """The people who had bought by the end of a day, an element each, by key.

    Attributes:
        origin: The day.
        days: Loaded days up to it, at most `MOST_DAYS`.
        person: Their numbers in the history.
        purchases: Their days with orders; times are days.
        recency: Days since the last of these.
        value: Mean revenue of these.
        bought_ago: Days from each purchase to the origin, by purchase.
        buyer: Whose it is: a position in the other columns.
        visits: Visits in the 30 days up to the origin, and in `VISIT_DAYS`.
        visit_ago: Days since the last visit; `VISIT_DAYS` if there was none.
        margin: What the shop keeps of its revenue after the cost of goods; NaN if no cost is known.
    """

    origin: date
    days: int
    person: Ints
    purchases: Purchases
    recency: Floats
    value: Floats
    bought_ago: Ints
    buyer: Ints
    visits: tuple[Floats, Floats]
    visit_ago: Floats
    margin: float

    @property
    def active(self) -> NDArray[np.bool_]:
        """Who has bought within `ACTIVE_DAYS`."""
        result: NDArray[np.bool_] = self.recency < ACTIVE_DAYS
        return result


class CustomerHistory:
    """Orders that were sold once, visits, and the days that are loaded."""

    SALES: Final = ("person_key", "customer_id", "business_date", "sold_on", "cancelled_at", "net", "costed", "cost")
    VISITS: Final = ("customer_id", "business_date", "visits")

    def __init__(self, sales: pa.Table, visits: pa.Table, loaded: Sequence[date], time_zone: str) -> None:
        """Take the rows.

        Args:
            sales: An order each, with `SALES`: revenue, that of products with a known cost, and this cost.
            visits: Visits by customer and day, with `VISITS`.
            loaded: The days of which the warehouse has all rows.
            time_zone: The shop's, for the days of cancellations.
        """
        keys = sales["person_key"].combine_chunks().dictionary_encode()
        order = pc.sort_indices(keys.dictionary)
        number = np.empty(len(order), dtype=np.int64)
        number[np.asarray(order)] = np.arange(len(order))
        self._keys: pa.Array[Any] = keys.dictionary.take(order)
        person, day = number[np.asarray(keys.indices)], _numbers(sales["business_date"])
        known, amounts = _numbers(sales["sold_on"]), [_floats(sales[name]) for name in self.SALES[-3:]]
        # Amounts are added in the same order, whatever that of the rows is.
        in_order = np.lexsort((amounts[0], known, person * _DAYS + day))
        self._person, self._day, self._known = person[in_order], day[in_order], known[in_order]
        self._until = _cancelled(sales["cancelled_at"], time_zone)[in_order]
        self._net, self._costed, self._cost = (amount[in_order] for amount in amounts)
        of_visit = pc.index_in(visits["customer_id"], value_set=sales["customer_id"].combine_chunks())
        by_buyer = np.asarray(of_visit.is_valid())
        self._visitor = person[np.asarray(of_visit.drop_null(), dtype=np.int64)]
        self._visit_day, self._visits = _numbers(visits["business_date"])[by_buyer], _floats(visits["visits"])[by_buyer]
        self._loaded = {_number(one) for one in loaded}

    def keys_of(self, people: Ints) -> "pa.Array[Any]":
        """Return the keys of people by their numbers, which are in the order of the keys."""
        return self._keys.take(pa.array(people, pa.int64()))

    def as_known(self, origin: date) -> Buyers:
        """Return who had bought what by the end of a day, as it was known then."""
        end = _number(origin)
        days = days_without_gap(self._loaded, end, MOST_DAYS)
        sold = self._sold(end, end - days, end)
        key, first_row = np.unique(self._person[sold] * _DAYS + self._day[sold], return_index=True)
        person, day = key // _DAYS, key % _DAYS
        net = np.add.reduceat(self._net[sold], first_row) if len(key) else self._net[:0]
        of, first, count = np.unique(person, return_index=True, return_counts=True)
        last = first + count - 1
        recent = sold & (self._day > end - ACTIVE_DAYS)
        costed = self._costed[recent].sum()
        return Buyers(
            origin=origin,
            days=days,
            person=of,
            purchases=Purchases(
                (count - 1).astype(np.float64),
                (day[last] - day[first]).astype(np.float64),
                (end - day[first]).astype(np.float64),
            ),
            recency=(end - day[last]).astype(np.float64),
            value=(np.add.reduceat(net, first) if len(of) else net) / count,
            bought_ago=end - day,
            buyer=np.repeat(np.arange(len(of)), count),
            visits=(self._visits_since(end, 30, of), self._visits_since(end, VISIT_DAYS, of)),
            visit_ago=self._visit_ago(end, of),
            margin=float(1 - self._cost[recent].sum() / costed) if costed > 0 else float("nan"),
        )

    def buys(self, buyers: Buyers, days: int) -> tuple[NDArray[np.bool_], float]:
        """Return who has bought in the days after the origin, and for how much, as known at their end."""
        end = _number(buyers.origin) + days
        sold = self._sold(end, end - days, end) & np.isin(self._person, buyers.person)
        return np.isin(buyers.person, self._person[sold]), float(self._net[sold].sum())

    def _sold(self, known: int, after: int, last: int) -> NDArray[np.bool_]:
        """Return which orders of the days are sold by what is known at the end of a day."""
        result: NDArray[np.bool_] = (
            (self._day > after) & (self._day <= last) & (self._known <= known) & (self._until > known)
        )
        return result

    def _visits_since(self, end: int, days: int, of: Ints) -> Floats:
        inside = (self._visit_day > end - days) & (self._visit_day <= end)
        total: NDArray[Any] = np.bincount(self._visitor[inside], self._visits[inside], minlength=len(self._keys))
        return np.asarray(total[of], dtype=np.float64)

    def _visit_ago(self, end: int, of: Ints) -> Floats:
        inside = (self._visit_day > end - VISIT_DAYS) & (self._visit_day <= end)
        ago = np.full(len(self._keys), float(VISIT_DAYS))
        np.minimum.at(ago, self._visitor[inside], (end - self._visit_day[inside]).astype(np.float64))
        return ago[of]


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _numbers(column: "pa.ChunkedArray[Any]") -> Ints:
    return np.asarray(column.cast(pa.date32()).cast(pa.int32()), dtype=np.int64)


def _floats(column: "pa.ChunkedArray[Any]") -> Floats:
    return np.nan_to_num(np.asarray(column.cast(pa.float64()), dtype=np.float64))


def _cancelled(column: "pa.ChunkedArray[Any]", time_zone: str) -> Ints:
    """Return the numbers of the days of cancellations in the shop's time zone, or of a day that never comes."""
    local: pa.ChunkedArray[Any] = pc.call_function(
        "local_timestamp", [column.cast(pa.timestamp("us", ZoneInfo(time_zone).key))]
    )
    days = local.cast(pa.date32()).cast(pa.int32())
    return np.asarray(pc.call_function("coalesce", [days, pa.scalar(_DAYS, pa.int32())]), dtype=np.int64)
