"""The shop's books: the true totals of each day in whole cents, added up from what happened, not from what was written.

A warehouse that has read the rows written in a window must arrive at these totals, to the cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import words
from ecommerce_pipeline.synthetic.books import Books, Totals
from ecommerce_pipeline.synthetic.events import Happened, happened
from ecommerce_pipeline.synthetic.frames import Rows, take
from ecommerce_pipeline.synthetic.seasons import instant
from ecommerce_pipeline.synthetic.settings import ShopSettings
from ecommerce_pipeline.synthetic.streams import Flags, Ints

_SALES: Final = {
    "gross_cents": "gross_amount",
    "discount_cents": "discount_amount",
    "shipping_cents": "shipping_amount",
}


@dataclass(frozen=True)
class Ledger:
    """The true totals of the happened days, as far as rows written in the window tell them.

    A cell that would be all zeros is missing, except in `by_day`, which has every day. A refund is in the cells of its
    own channel, store and payment method. Sales outside the stores are in no cell of `by_store`.

    Attributes:
        window: The written days that are read.
        by_day: Totals by happened day: from the window's start less the lateness, within the shop's calendar.
        by_channel: By happened day and channel.
        by_store: By happened day and store number.
        by_payment_method: By happened day and the payment method chosen at checkout.
        unpaid_orders: Orders without an approved attempt in the window, by happened day.
        clean_rows: Distinct valid keys, by event table and happened day.
    """

    window: Window
    by_day: Mapping[date, Totals]
    by_channel: Mapping[tuple[date, str], Totals]
    by_store: Mapping[tuple[date, int], Totals]
    by_payment_method: Mapping[tuple[date, int], Totals]
    unpaid_orders: Mapping[date, int]
    clean_rows: Mapping[tuple[str, date], int]

    @property
    def total(self) -> Totals:
        """The totals of all days."""
        return sum(self.by_day.values(), Totals())


def ledger(settings: ShopSettings, window: Window) -> Ledger:
    """Return the true totals of what happened, as far as it was written in the window [a, b).

    Its days are [a - lateness, b), from the shop's first day on. An order counts as paid if the window holds one of its
    deliveries and one of an approved attempt; a refund counts if the window holds one of its deliveries.
    """
    books = Books()
    unpaid: dict[date, int] = {}
    clean: dict[tuple[str, date], int] = {}
    for day in window.happened(settings.lateness_days).days():
        if day < settings.start_date:
            continue
        events = {table: happened(settings, table, day) for table in EVENTS}
        there = {table: _seen(one, window) for table, one in events.items()}
        clean |= {(table, day): int(np.count_nonzero(seen)) for table, seen in there.items()}
        books.by_day[day] = Totals()

        orders, attempts = events["transactions"].rows, events["payment_attempts"].rows
        approved = attempts["transaction_id"][there["payment_attempts"] & (attempts["status"] == words.APPROVED)]
        paid = there["transactions"] & np.isin(orders["transaction_id"], approved)
        unpaid[day] = int(np.count_nonzero(there["transactions"])) - int(np.count_nonzero(paid))
        sales = {name: orders[column] for name, column in _SALES.items()}
        sales |= {
            "orders": np.ones(len(paid), dtype=np.int64),
            "units": _units(orders, events["transaction_items"].rows),
        }
        books.book(day, take(orders, paid), take(sales, paid))
        refunds = take(events["refunds"].rows, there["refunds"])
        books.book(day, refunds, {"refund_cents": refunds["amount"]})
    return Ledger(
        window=window,
        by_day=books.by_day,
        by_channel=books.by_channel,
        by_store=books.by_store,
        by_payment_method=books.by_payment_method,
        unpaid_orders=unpaid,
        clean_rows=clean,
    )


def _seen(events: Happened, window: Window) -> Flags:
    """Return which of the events are written in the window, the first time or again."""
    which, recorded, _ = events.written()
    within = (recorded >= instant(window.start)) & (recorded < instant(window.end))
    seen = np.zeros(len(events.rows["created_at"]), dtype=np.bool_)
    seen[which[within]] = True
    return seen


def _units(headers: Rows, lines: Rows) -> Ints:
    units = np.zeros(len(headers["transaction_id"]), dtype=np.int64)
    np.add.at(units, np.searchsorted(headers["transaction_id"], lines["transaction_id"]), lines["quantity"])
    return units
