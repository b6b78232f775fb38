"""The payment attempts of a day's orders: all on the order's day, minutes apart."""

from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.orders import orders_of
from ecommerce_pipeline.synthetic.payment_methods import BY_CHANNEL, GIFT_CARD
from ecommerce_pipeline.synthetic.random_streams import Ints, Lottery, Stream
from ecommerce_pipeline.synthetic.seasons import DAY, SECOND, instant
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_ATTEMPTS_PER_ORDER: Final = 100  # unlike the factor of lines, so that a join on the wrong keys finds nothing
_STATUS: Final = Lottery({vocabularies.DECLINED: 80, vocabularies.ERROR: 20})
_REASON_DECLINED: Final = Lottery({0: 45, 1: 12, 2: 15, 3: 13, 4: 15})
_REASON_ERROR: Final = Lottery({5: 60, 6: 40})


def payment_attempts_of(settings: ShopSettings, day: date) -> tuple[Rows, Ints]:
    """Return the payment attempts of the day, by number, and the position of the order of each."""
    orders = orders_of(settings, day)
    stream = Stream(settings.seed, "payment_attempts", day)
    order = np.repeat(np.arange(len(orders.attempts), dtype=np.int64), orders.attempts)
    size = len(order)
    number = np.arange(1, size + 1, dtype=np.int64) - (np.cumsum(orders.attempts) - orders.attempts)[order]
    headers = orders.headers
    approved = (number == orders.attempts[order]) & orders.paid[order]
    chosen = headers["payment_method_id"][order]
    drawn = stream.pick_by(headers["channel"][order], BY_CHANNEL)
    # Cash and gift cards are never declined: only a successful retry can use one.
    other = (number > 1) & stream.chance(size, 0.4) & (approved | (drawn < GIFT_CARD))
    method = np.where(other, drawn, chosen)
    status = np.where(approved, vocabularies.APPROVED, stream.pick(size, _STATUS))
    reason = np.where(
        status == vocabularies.DECLINED, stream.pick(size, _REASON_DECLINED), stream.pick(size, _REASON_ERROR)
    )
    # 5 to 65 s after the order, then 2 to 9 minutes per retry; late in the day they are squeezed in before midnight.
    first, gap = (stream.below(len(orders.attempts), seconds * SECOND) for seconds in (60, 420))
    lag = 5 * SECOND + first[order] + (number - 1) * (120 * SECOND + gap[order])
    latest = instant(day) + DAY - (15 - 2 * number) * SECOND
    rows = {
        "payment_attempt_id": headers["transaction_id"][order] * _ATTEMPTS_PER_ORDER + number,
        "transaction_id": headers["transaction_id"][order],
        "attempt_number": number,
        "payment_method_id": method,
        "amount": headers["total_amount"][order],
        "status": status,
        "failure_reason": np.where(approved, -1, reason),
        "created_at": np.minimum(headers["created_at"][order] + lag, latest),
    }
    return rows, order
