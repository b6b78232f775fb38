"""The stock of the warehouse and the stores, which sales lower and suppliers fill up once a week.

Each product of a place has a weekday on which what was ordered a week before arrives, and on which as much is ordered
as was sold since then. So the stock is a level of its own less what was sold since the order before the last one, and
incoming is what was sold in the week up to the last one: two sums over at most 14 days. Sold are units as orders are
placed: what is edited, cancelled or returned later comes back by the next order. Products that suppliers send
themselves have no stock.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import catalog
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.cached import cached
from ecommerce_pipeline.synthetic.clock import SECOND, day_number, moments
from ecommerce_pipeline.synthetic.orders import MEAN_ORDERS, NUMBERS_PER_DAY, orders_of
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, trait
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_PERIOD: Final = 7
_REACH: Final = 2 * _PERIOD  # days that sums go back
_STOCKED: Final = 45  # per cent of the products

_STORE_BITS: Final = 20
"""A place of a product is one integer: the product, and the store in these bits, 0 for the warehouse."""

_UNITS_PER_ORDER: Final = 4.5  # a fifth of the products is still to come: the others sell more
_IN_STORES: Final = 0.15
_END_OF_DAY: Final = 86_340 * SECOND


def stock_levels_of(settings: ShopSettings, day: date) -> Rows:
    """Return the stock at the day's end of what was sold, ordered or received on it."""
    number = day_number(day)
    days = [_sold(settings, day - timedelta(days=back)) for back in range(_REACH)]
    today = [one["place"][one["order_day"] == number % _PERIOD] for one in days]
    moved = np.unique(np.concatenate([days[0]["place"], *today]))
    since = (number - _order_day(settings, moved)) % _PERIOD
    gone, incoming = np.zeros_like(moved), np.zeros_like(moved)
    for back, sold in enumerate(days):
        if len(sold["place"]):
            at = np.minimum(np.searchsorted(sold["place"], moved), len(sold["place"]) - 1)
            units = sold["units"][at] * ((sold["place"][at] == moved) & (back < since + _PERIOD))
            gone += units
            incoming += units * (back >= since)
    ids = number * NUMBERS_PER_DAY + np.arange(1, len(moved) + 1, dtype=np.int64)
    created_at = moments(settings.time_zone, number, np.full(len(moved), _END_OF_DAY, dtype=np.int64))
    store = moved & ((1 << _STORE_BITS) - 1)
    return {
        "stock_level_id": ids,
        "product_id": moved >> _STORE_BITS,
        "store_id": store,
        "warehouse": np.where(store == 0, 0, -1),
        "on_hand": np.maximum(_level(settings, moved) - gone, 0),
        "incoming": incoming,
        "created_at": created_at,
        "updated_at": created_at + (1 + trait(settings.seed, "stock_lag", ids, 50)) * SECOND,
    }


@cached(maxsize=_REACH + 4)
def _sold(settings: ShopSettings, day: date) -> Rows:
    """Return the places of stocked products that the day's orders take from, and of each the units and weekday."""
    orders = orders_of(settings, day)
    product, store = orders.lines["product_id"], orders.headers["store_id"][orders.order_of_line]
    stocked = _is_stocked(settings.seed, product)
    place, position = np.unique((product << _STORE_BITS | store)[stocked], return_inverse=True)
    units = np.zeros_like(place)
    np.add.at(units, position, orders.lines["quantity"][stocked])
    return {"place": place, "units": units, "order_day": _order_day(settings, place)}


def _order_day(settings: ShopSettings, places: Ints) -> Ints:
    return trait(settings.seed, "order_day", places, _PERIOD)


def _is_stocked(seed: int, products: Ints) -> Flags:
    flags: Flags = trait(seed, "stocked", products, 100) < _STOCKED
    flags |= products == catalog.ALWAYS_ON_SALE
    return flags


def _level(settings: ShopSettings, places: Ints) -> Ints:
    """Return what each place is filled up to: about what two weeks sell, and a few units."""
    product, in_store = places >> _STORE_BITS, places & ((1 << _STORE_BITS) - 1) > 0
    share = catalog.BEST_SELLERS.share(settings.seed, product, settings.products)
    of_place = np.where(in_store, _IN_STORES / settings.stores, 1 - _IN_STORES)
    sells = share * of_place * (_REACH * MEAN_ORDERS * settings.scale * _UNITS_PER_ORDER)
    margin = 80 + trait(settings.seed, "stock_margin", places, 71)
    return (sells * margin).astype(np.int64) // 100 + 2 + trait(settings.seed, "stock_floor", places, 4)
