"""Orders sold, visits and baskets of the synthetic shop as forecasts read them, straight from its generator."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import combinations

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.forecasts.customer_history import CustomerHistory
from ecommerce_pipeline.forecasts.product_affinity import Affinity
from ecommerce_pipeline.synthetic import ShopSettings
from ecommerce_pipeline.synthetic.changes import NEVER
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.life import life_of
from ecommerce_pipeline.synthetic.orders import orders_of
from ecommerce_pipeline.synthetic.sessions import sessions_of

_DAY: int = 86_400_000_000


def sales_of(shop: ShopSettings, days: Sequence[date]) -> pa.Table:
    """Return the orders of customers that were sold once, with what was known when."""
    columns: list[list[np.ndarray]] = [[] for _ in range(5)]
    for day in days:
        life, born = life_of(shop, day), day_number(day)
        headers, changes = life.orders.headers, life.changes
        kept = (changes.deleted == NEVER) & (life.paid < NEVER) & (headers["customer_id"] > 0)
        of_day = (
            headers["customer_id"],
            np.full(len(kept), born),
            born + life.paid,
            np.where(changes.cancelled == NEVER, -1, born + changes.cancelled),
            headers["gross_amount"] - headers["discount_amount"],
        )
        for column, values in zip(columns, of_day, strict=True):
            column.append(values[kept])
    customer, day_of, sold_on, cancelled, cents = (np.concatenate(column) for column in columns)
    net = pa.array(cents / 100)
    arrays = [
        pa.array([f"customer:{number}" for number in customer.tolist()]),
        pa.array(customer),
        pa.array(day_of.astype(np.int32)).cast(pa.date32()),
        pa.array(sold_on.astype(np.int32)).cast(pa.date32()),
        pa.array(cancelled * _DAY + _DAY // 2, mask=cancelled < 0).cast(pa.timestamp("us", "UTC")),
        net,
        net,
        pa.array(cents * 0.006),
    ]
    return pa.table(arrays, names=list(CustomerHistory.SALES))


def visits_of(shop: ShopSettings, days: Sequence[date]) -> pa.Table:
    """Return the visits by customer and day."""
    found = [np.unique(sessions_of(shop, day)["customer_id"], return_counts=True) for day in days]
    day_of = np.repeat([day_number(day) for day in days], [len(ids) for ids, _ in found])
    ids, count = (np.concatenate([one[side] for one in found]) for side in (0, 1))
    known = ids > 0
    arrays = [ids[known], pa.array(day_of[known].astype(np.int32)).cast(pa.date32()), count[known]]
    return pa.table([pa.array(array) for array in arrays], names=list(CustomerHistory.VISITS))


def sale(customer: int, day: date, known: date, net: float = 50.0, cancelled: date | None = None) -> pa.Table:
    """Return one more order of a customer."""
    at = None if cancelled is None else datetime(cancelled.year, cancelled.month, cancelled.day, 12, tzinfo=UTC)
    row = (f"customer:{customer}", customer, day, known, at, net, net, net * 0.6)
    types = [pa.string(), pa.int64(), pa.date32(), pa.date32(), pa.timestamp("us", "UTC"), *[pa.float64()] * 3]
    arrays = [pa.array([value], type_) for value, type_ in zip(row, types, strict=True)]
    return pa.table(arrays, names=list(CustomerHistory.SALES))


def affinity_of(baskets: Sequence[Sequence[int]], late_from: int) -> Affinity:
    """Return the pairs of baskets, counted as `marts_product_affinity` counts them; from a number on, they are late."""
    each = [tuple(sorted(set(basket))) for basket in baskets]
    counts = {
        when: (Counter(one for basket in part for one in basket), Counter(p for b in part for p in combinations(b, 2)))
        for when, part in (("", each), ("late_", each[late_from:]))
    }
    products, pairs = counts[""]
    rows = []
    for pair, orders in pairs.items():
        if orders < 3:
            continue
        first, second = pair
        row: dict[str, object] = {"product_id": first, "other_product_id": second, "as_of_date": date(2026, 3, 31)}
        for when, total in (("", len(each)), ("late_", len(each) - late_from)):
            of_product, of_pair = counts[when]
            row |= {f"{when}pair_orders": of_pair[pair], f"{when}product_orders": of_product[first]}
            row |= {f"{when}other_orders": of_product[second], f"{when}all_orders": total}
        rows.append(row | {"all_products": len(products)})
    return Affinity(pa.Table.from_pylist(rows))


def baskets_of(shop: ShopSettings, days: Sequence[date]) -> list[list[int]]:
    """Return the products of each order."""
    found: list[list[int]] = []
    for day in days:
        orders = orders_of(shop, day)
        lines = np.split(orders.lines["product_id"], orders.first_line[1:])
        found += [one.tolist() for one in lines]
    return found
