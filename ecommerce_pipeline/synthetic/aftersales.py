"""What follows a paid order on later days: refunds of its lines, and reviews of its products.

Each order day draws a small schedule once: which of its lines are refunded and reviewed, and how many days later. Later
days collect their rows from the schedules and draw the other columns themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np

from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, take
from ecommerce_pipeline.synthetic.orders import NUMBERS_PER_DAY, Orders, orders_of, time_of_day
from ecommerce_pipeline.synthetic.random_streams import Ints, Lotteries, Lottery, Stream
from ecommerce_pipeline.synthetic.reviews_text import SENTIMENT_OF_STARS, draw_bodies, draw_titles
from ecommerce_pipeline.synthetic.seasons import day_number, instant
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

MOST_DAYS_TO_REFUND: Final = 30
MOST_DAYS_TO_REVIEW: Final = 21

_REFUNDED: Final = 0.042  # of the paid lines
_REVIEWED: Final = 0.455
_DAYS_TO_REFUND: Final = Lottery({days: 34 - days for days in range(1, MOST_DAYS_TO_REFUND + 1)})
_DAYS_TO_REVIEW: Final = Lottery({days: 10 + days * (24 - days) for days in range(1, MOST_DAYS_TO_REVIEW + 1)})
_REASON: Final = Lottery({0: 18, 1: 12, 2: 20, 3: 38, 4: 12})
_SHARE_PERCENT: Final = Lottery({100: 85, 90: 8, 50: 7})

# Stars by latent quality, from the worst products to the best.
_STARS: Final = Lotteries(
    [Lottery({1: 46 - 5 * q, 2: 24 - 2 * q, 3: 16, 4: 9 + 2 * q, 5: 5 + 5 * q}) for q in range(catalog.QUALITIES)]
)


@dataclass(frozen=True)
class _Schedule:
    """Rows sorted by their delay in days; those with a delay of `n` days end at `ends[n]`."""

    rows: Rows
    ends: Ints

    def after(self, days: int) -> Rows:
        return take(self.rows, slice(self.ends[days - 1], self.ends[days]))


@dataclass(frozen=True)
class _Schedules:
    """What follows the orders of one day."""

    refunds: _Schedule
    reviews: _Schedule


def refunds_of(settings: ShopSettings, day: date) -> Rows:
    """Return the refunds of the day, by refund number, with the channel, store and method of their orders."""
    stream = Stream(settings.seed, "refunds", day)
    rows = _due(settings, day, MOST_DAYS_TO_REFUND, lambda ordered: _schedules(settings, ordered).refunds)
    rows["reason"] = stream.pick(len(rows["quantity"]), _REASON)
    return _numbered(stream, day, rows, "refund_id")


def reviews_of(settings: ShopSettings, day: date) -> Rows:
    """Return the reviews of the day, by review number."""
    stream = Stream(settings.seed, "reviews", day)
    rows = _due(settings, day, MOST_DAYS_TO_REVIEW, lambda ordered: _schedules(settings, ordered).reviews)
    stars = stream.pick_by(catalog.quality(settings.seed, rows["product_id"]), _STARS)
    rows |= {
        "rating": stars,
        "title": draw_titles(stream, stars),
        "body": draw_bodies(stream, stars, catalog.subcategory(settings.seed, rows["product_id"])),
        "sentiment": SENTIMENT_OF_STARS[stars],
    }
    return _numbered(stream, day, rows, "review_id")


def _due(settings: ShopSettings, day: date, most: int, schedule: Callable[[date], _Schedule]) -> Rows:
    """Collect this day's rows from the schedules of earlier days."""
    parts = []
    for days in range(most, 0, -1):
        ordered = day - timedelta(days=days)
        # Before the first day one empty schedule is enough, so that the columns exist.
        if ordered >= settings.start_date or days == 1:
            parts.append(schedule(ordered).after(days))
    return {name: column.astype(np.int64) for name, column in concat(parts).items()}


def _numbered(stream: Stream, day: date, rows: Rows, key: str) -> Rows:
    """Give the rows a time of day and number them in its order."""
    size = len(rows["transaction_id"])
    created = instant(day) + time_of_day(stream, np.zeros(size, dtype=np.int64))
    in_time = np.argsort(created, kind="stable")
    rows = take(rows, in_time)
    rows["created_at"] = np.minimum(created[in_time], instant(day) + 86_380_000_000)
    rows[key] = day_number(day) * NUMBERS_PER_DAY + np.arange(1, size + 1, dtype=np.int64)
    return rows


# The days of the longest delay, and some for requests in another order.
@lru_cache(maxsize=MOST_DAYS_TO_REFUND + 10)
def _schedules(settings: ShopSettings, day: date) -> _Schedules:
    """Return both schedules of a day's orders: deriving the orders takes longer than everything else."""
    orders = orders_of(settings, day)
    return _Schedules(_refunds(settings, day, orders), _reviews(settings, day, orders))


def _refunds(settings: ShopSettings, day: date, orders: Orders) -> _Schedule:
    stream = Stream(settings.seed, "refund_schedule", day)
    line = _chosen(orders, stream, _REFUNDED)
    wait = stream.pick(len(line), _DAYS_TO_REFUND)
    order = orders.order_of_line[line]
    header = take(orders.headers, order)
    bought = take(orders.lines, line)
    quantity = 1 + stream.below(len(line), bought["quantity"])
    # Rounded up, so that the refund fits however the discount's cents are allocated to the lines.
    discount = -(-header["discount_amount"] * bought["gross_amount"] // header["gross_amount"])
    paid = (bought["gross_amount"] - discount) * quantity // bought["quantity"]
    amount = paid * stream.pick(len(line), _SHARE_PERCENT) // 100
    rows = {
        "transaction_id": bought["transaction_id"],
        "transaction_item_id": bought["transaction_item_id"],
        "customer_id": header["customer_id"],
        "product_id": bought["product_id"],
        "store_id": header["store_id"],
        "channel": header["channel"],
        "payment_method_id": header["payment_method_id"],
        "quantity": quantity,
        "amount": amount,
    }
    return _scheduled(take(rows, amount > 0), wait[amount > 0], MOST_DAYS_TO_REFUND)


def _reviews(settings: ShopSettings, day: date, orders: Orders) -> _Schedule:
    stream = Stream(settings.seed, "review_schedule", day)
    line = _chosen(orders, stream, _REVIEWED)
    wait = stream.pick(len(line), _DAYS_TO_REVIEW)
    rows: dict[str, Any] = {
        "transaction_id": orders.lines["transaction_id"][line],
        # Schedules are cached for weeks: these two fit into 32 bits.
        "product_id": orders.lines["product_id"][line].astype(np.int32),
        "customer_id": orders.headers["customer_id"][orders.order_of_line[line]].astype(np.int32),
    }
    return _scheduled(rows, wait, MOST_DAYS_TO_REVIEW)


def _chosen(orders: Orders, stream: Stream, share: float) -> Ints:
    """Draw the positions of the paid lines with a refund or review."""
    return np.flatnonzero(stream.chance(len(orders.order_of_line), share) & orders.paid[orders.order_of_line])


def _scheduled(rows: Rows, wait: Ints, most: int) -> _Schedule:
    by_wait = np.argsort(wait.astype(np.uint8), kind="stable")
    ends = np.searchsorted(wait[by_wait], np.arange(most + 1), side="right")
    return _Schedule(take(rows, by_wait), ends)
