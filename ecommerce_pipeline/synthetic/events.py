"""The event tables by name: the events of a day and their delivery, before any defects."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.schema.tables import TABLES, WRITTEN_AT
from ecommerce_pipeline.synthetic.aftersales import refunds_of, reviews_of
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.delivery import Delivery, deliver
from ecommerce_pipeline.synthetic.orders import orders_of
from ecommerce_pipeline.synthetic.payments import payment_attempts_of
from ecommerce_pipeline.synthetic.random_streams import Ints
from ecommerce_pipeline.synthetic.sessions import sessions_of
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings


@dataclass(frozen=True)
class Happened:
    """The events of one table and day.

    Attributes:
        rows: Columns of the table, without `recorded_at`, by key.
        delivery: Write times of the deliveries.
        part_of: Position of each row's delivery; None if each row is its own delivery.
    """

    rows: Rows
    delivery: Delivery
    part_of: "Ints | None" = None

    def written(self) -> tuple[Ints, Ints, Ints]:
        """Return the rows as written: the row's position, its write time, and 1 for a copy, otherwise 0."""
        first, again = self.delivery.recorded, self.delivery.recorded_again
        if self.part_of is None:
            size = len(first)
            which = np.concatenate([np.arange(size, dtype=np.int64), self.delivery.copied])
            recorded = np.concatenate([first, again])
        else:
            size = len(self.part_of)
            second = np.zeros(len(first), dtype=np.int64)
            second[self.delivery.copied] = again
            of_row = second[self.part_of]
            copied = np.flatnonzero(of_row)
            which = np.concatenate([np.arange(size, dtype=np.int64), copied])
            recorded = np.concatenate([first[self.part_of], of_row[copied]])
        return which, recorded, (np.arange(len(which)) >= size).astype(np.int64)


def happened(settings: ShopSettings, table: str, day: date) -> Happened:
    """Return the events of the table on the day.

    There are none before the shop's first day, and none of a table that the shop does not generate.
    """
    return _HAPPENED[table](settings, day) if table in _HAPPENED else _nothing(table)


def _nothing(table: str) -> Happened:
    none = np.zeros(0, dtype=np.int64)
    rows = {column.name: none for column in TABLES[table].columns if column.name != WRITTEN_AT}
    return Happened(rows, Delivery(none, none, none))


def _transactions(settings: ShopSettings, day: date) -> Happened:
    headers = orders_of(settings, day).headers
    return Happened(headers, deliver(settings, "transactions", day, headers["created_at"]))


def _transaction_items(settings: ShopSettings, day: date) -> Happened:
    orders = orders_of(settings, day)
    delivery = deliver(settings, "transactions", day, orders.headers["created_at"])
    return Happened(orders.lines, delivery, orders.order_of_line)


def _by_row(table: str, rows_of: Callable[[ShopSettings, date], Rows]) -> Callable[[ShopSettings, date], Happened]:
    def of_day(settings: ShopSettings, day: date) -> Happened:
        rows = rows_of(settings, day)
        return Happened(rows, deliver(settings, table, day, rows["created_at"]))

    return of_day


_HAPPENED: Final[dict[str, Callable[[ShopSettings, date], Happened]]] = {
    "sessions": _by_row("sessions", sessions_of),
    "transactions": _transactions,
    "transaction_items": _transaction_items,
    "payment_attempts": _by_row("payment_attempts", lambda settings, day: payment_attempts_of(settings, day)[0]),
    "refunds": _by_row("refunds", refunds_of),
    "reviews": _by_row("reviews", reviews_of),
}
