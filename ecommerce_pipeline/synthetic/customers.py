"""Customers as buyers: how long each keeps buying, how often and in what rhythm, and who buys or visits on a day.

As in the Pareto/NBD model, lifetimes and rates differ from customer to customer, and all follow from the id in closed
form. Deletion is another thing: who has left stays in the database.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.population import FOUNDERS, first_days, known, last_days
from ecommerce_pipeline.synthetic.random_streams import Ints, Stream, gamma, trait
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

GUESTS: Final = 0.07
"""Share of guests among those who order."""
_ANONYMOUS: Final = 0.58  # of those who only browse

# A life is exponential, and so is the rate at which each leaves: half of the customers leave within 300 days.
_LIFE: Final = gamma(4, scale=100)
_LEAVES: Final = gamma(4, scale=10)
_LIFE_DAYS: Final = 30  # of a unit of life at the least rate of leaving

_RATE: Final = gamma(2, scale=100)
# Customers buy again after 50 to 70 days: 95 % of their orders are in the first part of each period.
_SHORTEST_PERIOD: Final = 50
_PERIODS: Final = 21
_BUYING_PERCENT: Final = 15
_TIMES_BETWEEN: Final = 100  # as often as in the rest of the period

_LEAST_SLOTS: Final = 1 << 16
_SLOTS_EACH: Final = 2
_NEVER: Final = 2**31 - 1

# What is looked at on every day of everybody is half as long, which makes it twice as fast.
_Short = NDArray[np.int32]


@dataclass(frozen=True)
class Habits:
    """What customers are like, by customer.

    Attributes:
        ids: Their ids.
        first: Number of the day after which each buys.
        gone: Number of the first day on which each no longer buys: it has left or is deleted.
        rate: Weight among the buyers of a day outside of the buying part of its period.
        visits: Weight among those who only browse.
        period: Days of its period.
    """

    ids: _Short
    first: _Short
    gone: _Short
    rate: _Short
    visits: _Short
    period: _Short

    def weights(self, day: int) -> _Short:
        """Return their weights among the buyers of the day with this number."""
        buying = (day - self.first) % self.period < self.period * _BUYING_PERCENT // 100
        return np.where(buying, self.rate * _TIMES_BETWEEN, self.rate)


def alive_on(settings: ShopSettings, day: date) -> Habits:
    """Return the customers who can buy on the day: they have come before it, and have not left yet."""
    total, number = settings.customers, day_number(day)
    every = _habits(settings, -(-known(settings, "customers", day) // total) * total)
    which = np.flatnonzero((every.first < number) & (number < every.gone))
    return Habits(*(column.take(which) for column in vars(every).values()))


def buyers(settings: ShopSettings, day: date, stream: Stream, size: int) -> Ints:
    """Draw the customers of orders; 0 is a guest."""
    alive = alive_on(settings, day)
    return _draw(stream, size, GUESTS, alive.ids, alive.weights(day_number(day)))


def visitors(settings: ShopSettings, day: date, stream: Stream, size: int) -> Ints:
    """Draw the customers of visits without an order; 0 is nobody known."""
    alive = alive_on(settings, day)
    return _draw(stream, size, _ANONYMOUS, alive.ids, alive.visits)


def _draw(stream: Stream, size: int, unknown: float, ids: _Short, weights: _Short) -> Ints:
    """Draw by weight, from a table of slots allocated with cumulative rounding, as a lottery's are."""
    # The one more, who is unknown, is for the case that nobody is alive.
    sums = np.cumsum(np.append(weights, np.int32(1)), dtype=np.int64)
    slots = max(_LEAST_SLOTS, _SLOTS_EACH * len(sums))
    table = np.repeat(np.append(ids, np.int32(0)), np.diff(sums * slots // sums[-1], prepend=0))
    drawn = table.take(stream.below(size, slots)).astype(np.int64)
    drawn[stream.chance(size, unknown)] = 0
    return drawn


@lru_cache(maxsize=4)
def _habits(settings: ShopSettings, count: int) -> Habits:
    """Return the habits of the customers up to this id who are not gone before the shop's first day."""
    seed, ids = settings.seed, np.arange(1, count + 1, dtype=np.int64)
    first = first_days(settings, "customers", ids)

    left = first + 1 + _LIFE.of(seed, "life", ids) * _LIFE_DAYS // _LEAVES.of(seed, "leaves", ids)
    # The first ones stay, so that a shop of any age and size has somebody.
    left[ids <= FOUNDERS] = _NEVER
    gone = np.minimum(np.minimum(left, last_days(settings, "customers", ids)), _NEVER)
    rate = _RATE.of(seed, "rate", ids)
    columns = {
        "ids": ids,
        "first": first,
        "gone": gone,
        "rate": rate,
        "visits": rate + _RATE.of(seed, "visits", ids),
        "period": _SHORTEST_PERIOD + trait(seed, "period", ids, _PERIODS),
    }
    which = np.flatnonzero(gone > day_number(settings.start_date))
    return Habits(**{name: column[which].astype(np.int32) for name, column in columns.items()})
