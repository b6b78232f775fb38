"""What follows an order on later days: refunds of its lines, and reviews of its products.

All is drawn on the order's day: which of its lines, how many days later, and what the rows say.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.changes import NEVER
from ecommerce_pipeline.synthetic.clock import SECOND, moments
from ecommerce_pipeline.synthetic.delivery import Delivery, deliver, first_updated_at
from ecommerce_pipeline.synthetic.happenings import PLANTED, UNSTEADY, bits
from ecommerce_pipeline.synthetic.history import History, written_once
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, Life
from ecommerce_pipeline.synthetic.order_rows import with_order
from ecommerce_pipeline.synthetic.orders import time_of_day
from ecommerce_pipeline.synthetic.random_streams import Ints, Lotteries, Lottery, Stream
from ecommerce_pipeline.synthetic.reviews_text import SENTIMENT_OF_STARS, draw_bodies, draw_titles

MOST_DAYS_TO_REVIEW: Final = 21

FOLLOW_UPS_PER_LINE: Final = 1000
"""Follow-up f of a line has the number transaction_item_id * 1000 + f: unlike the factors of lines and payments."""
_REFUND, _REFUND_OF_CANCELLED, _REVIEW = 1, 2, 3

_REFUNDED: Final = 0.042  # of the lines sold
_REVIEWED: Final = 0.455
_CANCELLED_AND_REFUNDED: Final = 0.7  # of the orders that are cancelled when they are paid
_DAYS_TO_REFUND: Final = Lottery({days: max(4 * (34 - days), 3) for days in range(1, LONGEST_LIFE + 1)})
_DAYS_TO_REFUND_CANCELLED: Final = Lottery({0: 50, 1: 25, 2: 15, 3: 10})
_DAYS_TO_REVIEW: Final = Lottery({days: 10 + days * (24 - days) for days in range(1, MOST_DAYS_TO_REVIEW + 1)})
_REASON: Final = Lottery({0: 18, 1: 12, 2: 20, 3: 38, 4: 12})
_CHANGED_MIND: Final = 3
_SHARE_PERCENT: Final = Lottery({100: 85, 90: 8, 50: 7})
_LAST_MOMENT: Final = 86_380 * SECOND

# Stars by latent quality, from the worst products to the best.
_STARS: Final = Lotteries(
    [Lottery({1: 46 - 5 * q, 2: 24 - 2 * q, 3: 16, 4: 9 + 2 * q, 5: 5 + 5 * q}) for q in range(catalog.QUALITIES)]
)


@dataclass(frozen=True)
class FollowUps:
    """What follows a day's orders; days are counted from the orders'.

    Attributes:
        life: The orders.
        keys: Keys of the rows.
        order: Position of each row's order.
        day: Day on which each happens.
        delivery: How it reaches the database.
        rows: The table's columns.
    """

    life: Life
    keys: Ints
    order: Ints
    day: Ints
    delivery: Delivery
    rows: Rows

    def history(self) -> History:
        """Return the history of the rows: they never change, but for their order's deletion."""
        unsteady = bits(UNSTEADY, self.life.changes.changed[self.order])
        return written_once(
            keys=self.keys,
            rows=self.rows | {PLANTED: unsteady},
            delivery=self.delivery,
            born=self.life.born,
            days=self.day,
            deletion=with_order(self.life, self.order),
        )


def refunds_of(life: Life) -> FollowUps:
    """Return the refunds of the day's orders, with the channel, store and method of their orders."""
    stream = _stream(life, "refunds")
    usual, usual_day = _sold(life, stream, _REFUNDED, _DAYS_TO_REFUND)
    in_full, in_full_day = _of_cancelled(life, stream, usual)
    line, day = np.concatenate([usual, in_full]), np.concatenate([usual_day, in_full_day])
    is_usual = np.arange(len(line)) < len(usual)
    size, order = len(line), life.orders.order_of_line[line]
    header, bought = take(life.orders.headers, order), take(life.orders.lines, line)
    there = life.quantity(line, day)
    quantity = np.where(is_usual, 1 + stream.below(size, np.maximum(there, 1)), there)
    # Rounded up, so that the refund fits however the discount's cents are allocated to the lines.
    gross, discount = there * bought["unit_price"], life.amount("discount_amount", order, day)
    discount = -(-discount * gross // np.maximum(life.amount("gross_amount", order, day), 1))
    paid = (gross - discount) * quantity // np.maximum(there, 1)
    amount = paid * np.where(is_usual, stream.pick(size, _SHARE_PERCENT), 100) // 100
    rows = {
        "refund_id": bought["transaction_item_id"] * FOLLOW_UPS_PER_LINE
        + np.where(is_usual, _REFUND, _REFUND_OF_CANCELLED),
        "transaction_id": bought["transaction_id"],
        "transaction_item_id": bought["transaction_item_id"],
        "customer_id": header["customer_id"],
        "product_id": bought["product_id"],
        "store_id": header["store_id"],
        "channel": header["channel"],
        "payment_method_id": life.payments.method[order],
        "quantity": quantity,
        "goods_amount": amount,
        "reason": np.where(is_usual, stream.pick(size, _REASON), _CHANGED_MIND),
    }
    kept = np.flatnonzero(amount > 0)
    return _follow_ups(life, stream, order[kept], day[kept], take(rows, kept))


def reviews_of(life: Life) -> FollowUps:
    """Return the reviews of the day's orders."""
    stream, seed = _stream(life, "reviews"), life.settings.seed
    line, day = _sold(life, stream, _REVIEWED, _DAYS_TO_REVIEW)
    order, product = life.orders.order_of_line[line], life.orders.lines["product_id"][line]
    stars = stream.pick_by(catalog.quality(seed, product), _STARS)
    rows = {
        "review_id": life.orders.lines["transaction_item_id"][line] * FOLLOW_UPS_PER_LINE + _REVIEW,
        "transaction_id": life.orders.lines["transaction_id"][line],
        "product_id": product,
        "customer_id": life.orders.headers["customer_id"][order],
        "rating": stars,
        "title": draw_titles(stream, stars),
        "body": draw_bodies(stream, stars, catalog.subcategory(seed, product)),
        "sentiment": SENTIMENT_OF_STARS[stars],
    }
    return _follow_ups(life, stream, order, day, rows)


def _stream(life: Life, purpose: str) -> Stream:
    return Stream(life.settings.seed, purpose, life.day)


def _sold(life: Life, stream: Stream, share: float, lottery: Lottery) -> tuple[Ints, Ints]:
    """Draw lines with a follow-up, and its day: after the order's date, and its edit if any, while it is sold."""
    line = np.flatnonzero(stream.chance(len(life.orders.order_of_line), share))
    order = life.orders.order_of_line[line]
    edited, moved_by = life.changes.edited[order], life.moved_by(order, NEVER - 1)
    earliest = np.where(edited < NEVER, edited, life.changes.delivery.late[order])
    day = np.maximum(stream.pick(len(line), lottery), np.maximum(earliest, moved_by + 1))
    sold = life.sold(order, day) & (life.quantity(line, day) > 0)
    return line[sold], day[sold]


def _of_cancelled(life: Life, stream: Stream, refunded: Ints) -> tuple[Ints, Ints]:
    """Return the lines, not refunded yet, of orders whose money is given back after they are cancelled, and the day."""
    cancelled = np.flatnonzero(life.changes.cancelled < NEVER)
    day = life.changes.cancelled[cancelled]
    paid = life.captured(cancelled, day) >= life.amount("total_amount", cancelled, day)
    back = np.full(len(life.orders.first_line), NEVER, dtype=np.int64)
    given_back = day + stream.pick(len(day), _DAYS_TO_REFUND_CANCELLED)
    back[cancelled] = np.where(paid & stream.chance(len(day), _CANCELLED_AND_REFUNDED), given_back, NEVER)
    of_line = back[life.orders.order_of_line]
    of_line[refunded] = NEVER
    line = np.flatnonzero(of_line < NEVER)
    line = line[life.quantity(line, of_line[line]) > 0]
    return line, of_line[line]


def _follow_ups(life: Life, stream: Stream, order: Ints, day: Ints, rows: Rows) -> FollowUps:
    """Draw when the rows, whose first column is the key, happen and are written."""
    size, keys = len(order), next(iter(rows.values()))
    of_day = np.minimum(time_of_day(stream, np.zeros(size, dtype=np.int64)), _LAST_MOMENT)
    created_at = moments(life.settings.time_zone, life.born + day, of_day)
    drawn = deliver(life.settings, stream, size)
    in_life = day + drawn.late <= LONGEST_LIFE
    delivery = Delivery(drawn.late * in_life, drawn.committed_late & in_life)
    in_time = created_at + SECOND // 5 + stream.below(size, 10 * SECOND)
    updated_at = first_updated_at(life.settings, keys, life.born, delivery, in_time, days=day)
    return FollowUps(life, keys, order, day, delivery, rows | {"created_at": created_at, "updated_at": updated_at})
