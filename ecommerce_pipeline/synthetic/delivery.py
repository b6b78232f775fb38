"""Rows that reach the database late: which, how many days, and with what `updated_at`.

Most are written late: their `updated_at` is the time of writing. Some are written in time, by a transaction that
commits days later: their `updated_at` is of the day on which they happened.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.clock import DAY, SECOND, moments
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Lottery, Stream, trait
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

MOST_DAYS_LATE: Final = 3

_DAYS_LATE: Final = Lottery({1: 60, 2: 25, 3: 15})
_COMMITTED_LATE: Final = 0.3

# Times of changes leave a minute at both ends of the day for what goes before and after them.
_MINUTE: Final = 60 * SECOND
_DAYS_OF_A_LIFE: Final = 128


@dataclass(frozen=True)
class Delivery:
    """How the events of a day reach the database.

    Attributes:
        late: Days from the event to the first day on which its row is there, at most `MOST_DAYS_LATE`.
        committed_late: Whether a late row was written in time, and committed late.
    """

    late: Ints
    committed_late: Flags

    @property
    def written_late(self) -> Flags:
        """Whether a row's first `updated_at` is of another day than the event."""
        flags: Flags = (self.late > 0) & ~self.committed_late
        return flags


def deliver(settings: ShopSettings, stream: Stream, size: int) -> Delivery:
    """Draw how so many events are delivered."""
    late = np.zeros(size, dtype=np.int64)
    which = np.flatnonzero(stream.chance(size, settings.late_rate))
    late[which] = stream.pick(len(which), _DAYS_LATE)
    committed_late = np.zeros(size, dtype=np.bool_)
    committed_late[which] = stream.chance(len(which), _COMMITTED_LATE)
    return Delivery(late, committed_late)


def changed_at(settings: ShopSettings, keys: Ints, born: int, days: Ints) -> Ints:
    """Return the time at which a thing changes on a later day of its life: one time a day, the same for all its rows.

    Args:
        settings: The shop's settings.
        keys: Order numbers, or the keys of events that are not parts of orders.
        born: The day number of the event.
        days: Days from then to the change.
    """
    of_day = trait(settings.seed, "changed", keys * _DAYS_OF_A_LIFE + days, DAY - 2 * _MINUTE) + _MINUTE
    return moments(settings.time_zone, born + days, of_day)


def first_updated_at(
    settings: ShopSettings, keys: Ints, born: int, delivery: Delivery, in_time: Ints, *, days: "Ints | int" = 0
) -> Ints:
    """Return the first `updated_at` of the rows of events.

    Args:
        settings: The shop's settings.
        keys: Keys of the rows.
        born: A day number.
        delivery: How the events reach the database.
        in_time: `updated_at` of rows written on the day of the event.
        days: Days from that day number to each event.
    """
    late = np.flatnonzero(delivery.written_late)
    updated_at = in_time.copy()
    updated_at[late] = changed_at(settings, keys[late], born, (days + delivery.late)[late])
    return updated_at
