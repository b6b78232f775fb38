"""The ledger of stock: what is there of each product at the end of a day, and what was sold of it up to then."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.histories import HISTORIES
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, life_of
from ecommerce_pipeline.synthetic.order_rows import lines_of, sold_since
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

STOCK_DAYS: Final = 28
"""Days up to the end of which sales and days out of stock are counted."""


@dataclass(frozen=True)
class Stock:
    """A product's stock in all places together.

    Attributes:
        on_hand: Units there.
        incoming: Units ordered from suppliers.
        days_out_of_stock: Days at whose end no place had any.
        units_sold: Units in orders sold.
    """

    on_hand: int
    incoming: int
    days_out_of_stock: int
    units_sold: int


def stock(settings: ShopSettings, as_of: date, since: date | None = None) -> dict[int, Stock]:
    """Return the stock of each product with a known one at the end of the day `as_of` of the shop's life.

    Args:
        settings: The shop's settings.
        as_of: The last day of the life.
        since: The first day of the life that was written, if that is not the shop's first.
    """
    first = max(settings.start_date, since or settings.start_date)
    counted = max(first, as_of - timedelta(days=STOCK_DAYS - 1))
    places: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
    out = Counter[int]()
    for back in range((as_of - first).days, -1, -1):
        day, age = as_of - timedelta(days=back), min(back, LONGEST_LIFE)
        history = HISTORIES["stock_levels"].history(settings, day)
        rows = history.at(history.present(age), age)
        columns = (rows[name].tolist() for name in ("product_id", "store_id", "on_hand", "incoming"))
        for product, store, on_hand, incoming in zip(*columns, strict=True):
            places[product][store] = (on_hand, incoming)
        if day >= counted:
            out.update(product for product, levels in places.items() if not any(there for there, _ in levels.values()))
    units = _units_sold(settings, Days.of_keys(str(counted), str(as_of)), as_of, first)
    return {
        product: Stock(
            sum(on_hand for on_hand, _ in levels.values()),
            sum(incoming for _, incoming in levels.values()),
            out[product],
            units[product],
        )
        for product, levels in places.items()
    }


def _units_sold(settings: ShopSettings, days: Days, as_of: date, first: date) -> Counter[int]:
    """Return the units of each product in orders sold of these business days, by what was written from the first on."""
    units = Counter[int]()
    begun = max(settings.start_date, days.first - timedelta(days=MOST_DAYS_MOVED))
    for back in range((as_of - begun).days, -1, -1):
        day, age = as_of - timedelta(days=back), min(back, LONGEST_LIFE)
        life, unwritten = life_of(settings, day), (first - day).days
        order, after = life.orders.order_of_line, life.moved_by(life.orders.order_of_line, age)
        counts = sold_since(life, age, unwritten)[order] & lines_of(life).written(unwritten, age)
        counts &= (after >= (days.first - day).days) & (after <= (days.last - day).days)
        line = np.flatnonzero(counts)
        products = life.orders.lines["product_id"][line].tolist()
        for product, sold in zip(products, life.quantity(line, age).tolist(), strict=True):
            units[product] += sold
    return units
