"""The orders of a day as they are placed: headers and lines.

What becomes of them is drawn in `changes`, how they are paid in `payments`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import payment_methods, vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.baskets import products_of
from ecommerce_pipeline.synthetic.cached import cached
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, moments
from ecommerce_pipeline.synthetic.customers import buyers
from ecommerce_pipeline.synthetic.population import known
from ecommerce_pipeline.synthetic.random_streams import Ints, Lottery, Popularity, Stream
from ecommerce_pipeline.synthetic.seasons import CAMPAIGNS, HOURS, campaign_code, demand
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

MEAN_ORDERS: Final = 555
MEAN_SESSIONS: Final = 1682

NUMBERS_PER_DAY: Final = 100_000_000
"""Event n (from 1) of a day has the number day_number * NUMBERS_PER_DAY + n, so that later days can derive it."""
LINES_PER_ORDER: Final = 10
"""Order line l has the number transaction_id * LINES_PER_ORDER + l."""

_BUSY_STORES: Final = Popularity("store_rank", offset=4, quarters=2)

_CHANNEL: Final = Lottery(
    {vocabularies.WEB: 46, vocabularies.MOBILE_APP: 30, vocabularies.MARKETPLACE: 9, vocabularies.STORE: 15}
)
_LINES: Final = Lottery({1: 360, 2: 260, 3: 170, 4: 100, 5: 60, 6: 30, 7: 15, 8: 5})
_QUANTITY: Final = Lottery({1: 740, 2: 160, 3: 50, 4: 25, 5: 10, 6: 10, 10: 5})
_SALE_PERCENT: Final = Lottery({5: 2, 10: 4, 15: 3, 20: 3, 25: 2, 30: 1})
_WITH_COUPON: Final = 0.18
_COUPON: Final = Lottery({0: 120, 1: 100, 2: 40, 3: 20, 4: 60, 5: 40, 6: 11})
_TAKES_OFF: Final = np.array([off for _, off in vocabularies.COUPONS], dtype=np.int64)
_SHIPPING: Final = Lottery({499: 92, 1299: 8})
_FREE_SHIPPING_FROM: Final = 5000

# An order needs time before it for its visit and after it for its payment, on the same day.
_FIRST_SECOND: Final = 120
_LAST_SECOND: Final = 86_280
_POSITION_BITS: Final = 26
"""Bits for an order's position in its day: microseconds of a day take 37 bits of 63."""


@dataclass(frozen=True)
class Orders:
    """The orders of a day as they are placed, by order number.

    Attributes:
        headers: Columns of `transactions`, without those that change.
        lines: Columns of `transaction_items`, without `updated_at`; the lines of an order are consecutive.
        order_of_line: Position of the order of each line.
        first_line: Position of the first line of each order.
        of_day: Microseconds of a day of 24 hours at which each order is placed.
    """

    headers: Rows
    lines: Rows
    order_of_line: Ints
    first_line: Ints
    of_day: Ints


# The day's and those before it that are being scheduled: each event table needs them.
@cached(maxsize=4)
def orders_of(settings: ShopSettings, day: date) -> Orders:
    """Return the orders of the day; there are none before the shop's first."""
    stream = Stream(settings.seed, "orders", day)
    size = demand(settings, day, MEAN_ORDERS)
    channel = stream.pick(size, _CHANNEL)
    of_day = time_of_day(stream, (channel == vocabularies.STORE).astype(np.int64))
    # Time and position in one integer: sorting these is six times as fast as a stable sort of positions.
    keys_by_time = np.sort(of_day << _POSITION_BITS | np.arange(size, dtype=np.int64))
    of_day, channel = keys_by_time >> _POSITION_BITS, channel[keys_by_time & ((1 << _POSITION_BITS) - 1)]
    of_day = np.clip(of_day, _FIRST_SECOND * SECOND, _LAST_SECOND * SECOND)
    created = moments(settings.time_zone, day_number(day), of_day)
    ids = day_number(day) * NUMBERS_PER_DAY + np.arange(1, size + 1, dtype=np.int64)

    lines, order_of_line, first_line = _lines(settings, day, stream, ids, created)
    gross = np.add.reduceat(lines["gross_amount"], first_line) if size else np.zeros(0, dtype=np.int64)
    headers = _headers(settings, day, stream, channel, gross)
    count = np.diff(first_line, append=len(order_of_line))
    headers |= {"transaction_id": ids, "line_count": count, "created_at": created}
    return Orders(headers, lines, order_of_line, first_line, of_day)


def session_ids(settings: ShopSettings, day: date, orders: Ints) -> Ints:
    """Return the session numbers of these orders: they follow those of the browsing visits."""
    return orders + browsing(settings, day)


def browsing(settings: ShopSettings, day: date) -> int:
    """Return the number of visits of the day without an order."""
    # Store orders have no visit; as many more visits browse, so that the total stays the same.
    return demand(settings, day, MEAN_SESSIONS) - demand(settings, day, MEAN_ORDERS) * 85 // 100


def time_of_day(stream: Stream, hours: Ints) -> Ints:
    """Draw microseconds since midnight; `hours` is 0 for the online channels' hours and 1 for the stores'."""
    return stream.pick_by(hours, HOURS) * 3600 * SECOND + stream.below(len(hours), 3600 * SECOND)


def _lines(settings: ShopSettings, day: date, stream: Stream, orders: Ints, created: Ints) -> tuple[Rows, Ints, Ints]:
    count = stream.pick(len(orders), _LINES)
    ends = np.cumsum(count)
    firsts = ends - count
    order = np.repeat(np.arange(len(orders), dtype=np.int64), count)
    size = len(order)
    number = np.arange(1, size + 1, dtype=np.int64) - firsts[order]
    product, price = products_of(settings, day, stream, firsts[order], count[order])
    on_sale = stream.chance(size, 0.35 if campaign_code(day) >= 0 else 0.12)
    price = price * (100 - np.where(on_sale, stream.pick(size, _SALE_PERCENT), 0)) // 100
    quantity = stream.pick(size, _QUANTITY)
    transaction = orders[order]
    lines = {
        "transaction_item_id": transaction * LINES_PER_ORDER + number,
        "transaction_id": transaction,
        "line_number": number,
        "product_id": product,
        "quantity": quantity,
        "unit_price": price,
        "gross_amount": quantity * price,
        "created_at": created[order],
    }
    return lines, order, firsts


def _headers(settings: ShopSettings, day: date, stream: Stream, channel: Ints, gross: Ints) -> Rows:
    size, seed = len(channel), settings.seed
    in_store = channel == vocabularies.STORE
    customer = buyers(settings, day, stream, size)
    store = _BUSY_STORES.pick(stream, size, seed, known(settings, "stores", day), settings.stores)
    coupon, discount = _discounts(day, stream, gross)
    shipping = stream.pick(size, _SHIPPING)
    shipping[(gross - discount >= _FREE_SHIPPING_FROM) & (shipping < 1000)] = 0  # noqa: PLR2004
    shipping[in_store | (discount == gross)] = 0
    session = day_number(day) * NUMBERS_PER_DAY + np.arange(1, size + 1, dtype=np.int64)
    return {
        "customer_id": customer,
        "session_id": np.where(in_store, 0, session_ids(settings, day, session)),
        "store_id": np.where(in_store, store, 0),
        "channel": channel,
        "payment_method_id": stream.pick_by(channel, payment_methods.BY_CHANNEL),
        "currency": np.zeros(size, dtype=np.int64),
        "coupon_code": coupon,
        "gross_amount": gross,
        "discount_amount": discount,
        "shipping_amount": shipping,
        "tax_amount": np.zeros(len(gross), dtype=np.int64),  # prices include it
        "total_amount": gross - discount + shipping,
    }


def _discounts(day: date, stream: Stream, gross: Ints) -> tuple[Ints, Ints]:
    """Draw the coupons (-1: none) and the discounts: the coupon's, otherwise perhaps the campaign's."""
    size, campaign = len(gross), campaign_code(day)
    coupon = np.where(stream.chance(size, _WITH_COUPON), stream.pick(size, _COUPON), -1)
    off = _TAKES_OFF[coupon]
    by_coupon = np.where(off <= 100, gross * off // 100, np.minimum(off, gross // 2))  # noqa: PLR2004
    by_campaign = np.zeros(size, dtype=np.int64)
    if campaign >= 0:
        by_campaign = gross * CAMPAIGNS[campaign].discount_percent // 100 * stream.chance(size, 0.55)
    return coupon, np.where(coupon >= 0, by_coupon, by_campaign)
