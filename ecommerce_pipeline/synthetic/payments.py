"""How each order of a day is paid: at once, after retries, in two parts, slowly, in part, or never.

After an edit that makes a paid order dearer, the customer may pay the difference with one more attempt.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic.changes import NEVER, Changes
from ecommerce_pipeline.synthetic.orders import Orders
from ecommerce_pipeline.synthetic.payment_methods import GIFT_CARD, TRANSFER
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Lottery, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

# Attempts * 2 + (1 if the last one was approved): 1.15 attempts per order, 4.6 % of orders are never paid.
_OUTCOME: Final = Lottery({3: 850_000, 2: 30_000, 5: 84_000, 4: 10_800, 7: 17_600, 6: 3_800, 9: 2_700, 8: 1_100})
_AT_ONCE: Final = 3
_WHOLE, _SPLIT, _IN_PART = range(3)
_WAY: Final = Lottery({_WHOLE: 9800, _SPLIT: 170, _IN_PART: 30})
_LEAST_DIVIDED: Final = 200  # cents
_PAYS_DIFFERENCE: Final = 0.7
_DAYS_TO_DIFFERENCE: Final = Lottery({days: 60 if days == 0 else 11 - days for days in range(11)})


@dataclass(frozen=True)
class Payments:
    """How each order is paid, in cents; days are counted from the order's, `NEVER` if it does not happen.

    Attributes:
        method: Payment method.
        attempts: Number of attempts on the order's day; none if there is nothing to pay.
        amount: What its first attempt asks for.
        split: Whether two attempts, both approved, cover the total.
        approved: Whether the last attempt is approved some day, if there is no reason to wait.
        captured: What all of them capture, once they are settled.
        settled: Day on which they are.
        difference: What a further attempt captures.
        difference_paid: Day on which it does.
    """

    method: Ints
    attempts: Ints
    amount: Ints
    split: Flags
    approved: Flags
    captured: Ints
    settled: Ints
    difference: Ints
    difference_paid: Ints


def payments_of(
    settings: ShopSettings, day: date, orders: Orders, changes: Changes, total_after_edit: Ints
) -> Payments:
    """Draw how the day's orders are paid.

    Args:
        settings: The shop's settings.
        day: The day of the orders.
        orders: The orders as placed.
        changes: What happens to them.
        total_after_edit: Each order's total after its edit, in cents.
    """
    stream = Stream(settings.seed, "payments", day)
    size, total = len(orders.first_line), orders.headers["total_amount"]
    slow = changes.settled > changes.delivery.late
    method = np.where(slow, TRANSFER, orders.headers["payment_method_id"])
    outcome = stream.pick(size, _OUTCOME)
    # Cash and gift cards are never declined.
    outcome[(method >= GIFT_CARD) | slow] = _AT_ONCE
    approved: Flags = (outcome & 1 == 1) & (total > 0)
    way = np.where(slow | ~approved | (total < _LEAST_DIVIDED), _WHOLE, stream.pick(size, _WAY))
    amount = np.where(way == _WHOLE, total, total * (20 + stream.below(size, 60)) // 100)
    attempts = np.where(way == _WHOLE, outcome >> 1, np.where(way == _SPLIT, 2, 1))
    captured = np.where(approved, np.where(way == _IN_PART, amount, total), 0)
    settled = np.where(approved, changes.settled, NEVER)

    short = (changes.edited < NEVER) & (settled <= changes.edited) & (captured < total_after_edit)
    paying = np.flatnonzero(short & stream.chance(size, _PAYS_DIFFERENCE))
    difference_paid = np.full(size, NEVER, dtype=np.int64)
    difference_paid[paying] = changes.edited[paying] + stream.pick(len(paying), _DAYS_TO_DIFFERENCE)
    difference_paid[difference_paid >= changes.cancelled] = NEVER
    return Payments(
        method=method,
        attempts=np.where(total > 0, attempts, 0),
        amount=amount,
        split=way == _SPLIT,
        approved=approved,
        captured=captured,
        settled=settled,
        difference=np.where(difference_paid < NEVER, total_after_edit - captured, 0),
        difference_paid=difference_paid,
    )
