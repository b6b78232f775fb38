"""Delivery of events to the database: when each is written, which are late, and which are written twice.

An order and its lines are one delivery. No event is written before it happens, or later than the lateness allows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.random_streams import Ints, Lottery, Stream
from ecommerce_pipeline.synthetic.seasons import DAY, SECOND, instant
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

# Upper bounds of the lag in seconds: most lags are seconds, a few are minutes.
_LAG: Final = Lottery({5: 50, 30: 40, 120: 8, 900: 2})
# Upper bounds of a writer's retry in seconds: seconds, minutes, hours or, for a repeated batch, days.
_RETRY: Final = Lottery({60: 40, 3600: 25, 6 * 3600: 10, 3 * 86_400: 25})


@dataclass(frozen=True)
class Delivery:
    """The write times of the events of one day.

    Attributes:
        recorded: Write time of each event, in microseconds.
        copied: Positions of the events that are written twice.
        recorded_again: Second write time of each of these, always after the first.
    """

    recorded: Ints
    copied: Ints
    recorded_again: Ints


def deliver(settings: ShopSettings, purpose: str, day: date, created: Ints) -> Delivery:
    """Return the write times of the day's events, which happened at `created`."""
    stream = Stream(settings.seed, f"delivery:{purpose}", day)
    size, lateness = len(created), settings.lateness_days
    end = instant(day) + (lateness + 1) * DAY
    lag = SECOND // 5 + stream.below(size, stream.pick(size, _LAG) * SECOND)
    recorded = created + lag
    # Only without lateness can midnight be too close; events happen at least some seconds before it.
    recorded = np.where(recorded < end - SECOND, recorded, created + SECOND + lag % SECOND)
    late = np.flatnonzero(stream.chance(size, settings.late_rate if lateness else 0.0))
    days = 1 + stream.below(len(late), max(lateness, 1))
    recorded[late] = instant(day) + days * DAY + stream.below(len(late), DAY - 10 * SECOND)

    copied = np.flatnonzero(stream.chance(size, settings.duplicate_rate))
    first = recorded[copied]
    gap = SECOND + stream.below(len(copied), stream.pick(len(copied), _RETRY) * SECOND)
    in_time = 1 + stream.below(len(copied), end - first - 1)
    return Delivery(recorded, copied, np.where(first + gap < end, first + gap, first + in_time))
