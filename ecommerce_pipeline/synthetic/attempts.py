"""The attempts to pay a day's orders: minutes after the order, and one more for a difference after an edit."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.changes import NEVER
from ecommerce_pipeline.synthetic.clock import SECOND, instant
from ecommerce_pipeline.synthetic.orders import Orders
from ecommerce_pipeline.synthetic.payment_methods import BY_CHANNEL, GIFT_CARD
from ecommerce_pipeline.synthetic.payments import Payments
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Lottery, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_ATTEMPTS_PER_ORDER: Final = 100  # unlike the factor of lines, so that a join on the wrong keys finds nothing
_FAILURE: Final = Lottery({vocabularies.DECLINED: 80, vocabularies.ERROR: 20})
_REASON_DECLINED: Final = Lottery({0: 45, 1: 12, 2: 15, 3: 13, 4: 15})
_REASON_ERROR: Final = Lottery({5: 60, 6: 40})


@dataclass(frozen=True)
class Attempts:
    """The attempts to pay a day's orders; those to pay a difference come last.

    Attributes:
        rows: Columns of `payment_attempts` as they are in the end, with the times of payments on the order's day.
        order: Position of the order of each.
        is_difference: Whether it is to pay a difference.
        answered_at: When the last attempt for each order on its day was answered; without one, when it was placed.
    """

    rows: Rows
    order: Ints
    is_difference: Flags
    answered_at: Ints


def attempts_of(settings: ShopSettings, day: date, orders: Orders, payments: Payments) -> Attempts:
    """Return the attempts to pay the day's orders."""
    stream = Stream(settings.seed, "payment_attempts", day)
    first, differing = payments.attempts, np.flatnonzero(payments.difference_paid < NEVER)
    order = np.repeat(np.arange(len(first), dtype=np.int64), first)
    number = np.arange(1, len(order) + 1, dtype=np.int64) - (np.cumsum(first) - first)[order]
    succeeded = payments.approved[order] & ((number == first[order]) | payments.split[order])
    rest = (orders.headers["total_amount"] - payments.amount)[order]
    amount = np.where(payments.split[order] & (number > 1), rest, payments.amount[order])
    placed_at, midnight = orders.headers["created_at"], instant(settings.time_zone, day + timedelta(days=1))
    asked_at, answered_at = _times(stream, placed_at, midnight, order, number)

    order, number = np.concatenate([order, differing]), np.concatenate([number, first[differing] + 1])
    succeeded = np.concatenate([succeeded, np.ones(len(differing), dtype=np.bool_)])
    of_order = orders.headers["transaction_id"][order]
    last_answer = placed_at.copy()
    last_answer[first > 0] = answered_at[np.cumsum(first)[first > 0] - 1]
    rows = _outcomes(stream, succeeded) | {
        "payment_attempt_id": of_order * _ATTEMPTS_PER_ORDER + number,
        "transaction_id": of_order,
        "attempt_number": number,
        "payment_method_id": _methods(
            stream, orders.headers["channel"][order], payments.method[order], number, succeeded
        ),
        "amount": np.concatenate([amount, payments.difference[differing]]),
        "created_at": np.concatenate([asked_at, placed_at[differing]]),
        "updated_at": np.concatenate([answered_at, placed_at[differing]]),
    }
    return Attempts(rows, order, np.arange(len(order)) >= len(asked_at), last_answer)


def _outcomes(stream: Stream, succeeded: Flags) -> Rows:
    size = len(succeeded)
    status = np.where(succeeded, vocabularies.APPROVED, stream.pick(size, _FAILURE))
    declined, error = stream.pick(size, _REASON_DECLINED), stream.pick(size, _REASON_ERROR)
    reason = np.where(status == vocabularies.DECLINED, declined, error)
    return {"status": status, "failure_reason": np.where(succeeded, -1, reason)}


def _methods(stream: Stream, channel: Ints, chosen: Ints, number: Ints, succeeded: Flags) -> Ints:
    drawn = stream.pick_by(channel, BY_CHANNEL)
    # Cash and gift cards are never declined: only a successful attempt can use one.
    other = (number > 1) & stream.chance(len(channel), 0.4) & (succeeded | (drawn < GIFT_CARD))
    return np.where(other, drawn, chosen)


def _times(stream: Stream, placed_at: Ints, midnight: int, order: Ints, number: Ints) -> tuple[Ints, Ints]:
    """Draw when each attempt is made and answered: seconds after the order, then 2 to 9 minutes per retry."""
    first, gap = (stream.below(len(placed_at), seconds * SECOND) for seconds in (60, 420))
    lag = 5 * SECOND + first[order] + (number - 1) * (120 * SECOND + gap[order])
    # Late in the day they are squeezed in before midnight.
    asked_at = np.minimum(placed_at[order] + lag, midnight - (15 - 2 * number) * SECOND)
    return asked_at, asked_at + SECOND // 5 + stream.below(len(order), SECOND)
