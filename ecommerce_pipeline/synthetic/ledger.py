"""The shop's ledger: the true totals of each day in whole cents, summed from events, not from delivered rows.

A warehouse that has loaded the rows written in a window must have the same totals, to the cent.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final, TypeVar

import numpy as np

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import CHANNELS, EVENTS
from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.events import Happened, happened
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints
from ecommerce_pipeline.synthetic.seasons import instant
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_CELL: Final = ("channel", "store_id", "payment_method_id")
_SALES: Final = {
    "gross_cents": "gross_amount",
    "discount_cents": "discount_amount",
    "shipping_cents": "shipping_amount",
}


@dataclass(frozen=True)
class Totals:
    """Totals of paid orders, booked on the day of the order, and of refunds, on the day of the refund.

    Attributes:
        orders: Paid orders.
        units: Units in their lines.
        gross_cents: Sum of their gross amounts.
        discount_cents: Sum of their discounts.
        shipping_cents: Sum of their shipping, which is not revenue.
        refund_cents: Sum of the refunds, regardless of their order's day.
    """

    orders: int = 0
    units: int = 0
    gross_cents: int = 0
    discount_cents: int = 0
    shipping_cents: int = 0
    refund_cents: int = 0

    @property
    def net_cents(self) -> int:
        """Revenue: gross - discount - refund."""
        return self.gross_cents - self.discount_cents - self.refund_cents

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass
class Ledger:
    """The true totals of the happened days, according to the rows written in the window.

    Cells with only zeros are omitted, except in `by_day`, which has every day. A refund is in the cells of its own
    channel, store and payment method. Sales outside the stores are in no cell of `by_store`.

    Attributes:
        window: The written days.
        by_day: Totals by happened day, from the window's start minus the lateness, within the shop's calendar.
        by_channel: By happened day and channel.
        by_store: By happened day and store number.
        by_payment_method: By happened day and the order's payment method.
        unpaid_orders: Orders without an approved attempt in the window, by happened day.
        clean_rows: Distinct valid keys, by event table and happened day.
    """

    window: Window
    by_day: dict[date, Totals] = field(default_factory=dict)
    by_channel: dict[tuple[date, str], Totals] = field(default_factory=dict)
    by_store: dict[tuple[date, int], Totals] = field(default_factory=dict)
    by_payment_method: dict[tuple[date, int], Totals] = field(default_factory=dict)
    unpaid_orders: dict[date, int] = field(default_factory=dict)
    clean_rows: dict[tuple[str, date], int] = field(default_factory=dict)

    @property
    def total(self) -> Totals:
        """The totals of all days."""
        return sum(self.by_day.values(), Totals())

    def book(self, day: date, rows: Rows, amounts: Rows) -> None:
        """Sum the rows' amounts by channel, store and method (int64 is exact here), and add each sum to its cells."""
        cells, cell = np.unique(np.stack([rows[name] for name in _CELL]), axis=1, return_inverse=True)
        sums = {name: np.zeros(cells.shape[1], dtype=np.int64) for name in amounts}
        for name, amount in amounts.items():
            np.add.at(sums[name], cell, amount)
        for position, (channel, store, method) in enumerate(cells.T.tolist()):
            totals = Totals(**{name: int(column[position]) for name, column in sums.items()})
            self.by_day[day] += totals
            _add(self.by_channel, (day, CHANNELS[channel]), totals)
            _add(self.by_payment_method, (day, method), totals)
            if store:
                _add(self.by_store, (day, store), totals)


def ledger(settings: ShopSettings, window: Window) -> Ledger:
    """Return the true totals of the events written in the window [a, b).

    Its days are [a - lateness, b), from the shop's first day on. An order counts as paid if the window holds one of its
    deliveries and one of an approved attempt; a refund counts if the window holds one of its deliveries.
    """
    totals = Ledger(window)
    for day in window.happened(settings.lateness_days).days():
        if day < settings.start_date:
            continue
        events = {table: happened(settings, table, day) for table in EVENTS}
        seen = {table: _seen(one, window) for table, one in events.items()}
        totals.clean_rows |= {(table, day): int(np.count_nonzero(flags)) for table, flags in seen.items()}
        totals.by_day[day] = Totals()

        orders, attempts = events["transactions"].rows, events["payment_attempts"].rows
        approved = attempts["transaction_id"][seen["payment_attempts"] & (attempts["status"] == vocabularies.APPROVED)]
        paid = seen["transactions"] & np.isin(orders["transaction_id"], approved)
        totals.unpaid_orders[day] = int(np.count_nonzero(seen["transactions"])) - int(np.count_nonzero(paid))
        sales = {name: orders[column] for name, column in _SALES.items()}
        sales |= {
            "orders": np.ones(len(paid), dtype=np.int64),
            "units": _units(orders, events["transaction_items"].rows),
        }
        totals.book(day, take(orders, paid), take(sales, paid))
        refunds = take(events["refunds"].rows, seen["refunds"])
        totals.book(day, refunds, {"refund_cents": refunds["amount"]})
    return totals


def _seen(events: Happened, window: Window) -> Flags:
    """Return which of the events are written in the window, as first delivery or as copy."""
    which, recorded, _ = events.written()
    within = (recorded >= instant(window.start)) & (recorded < instant(window.end))
    seen = np.zeros(len(events.rows["created_at"]), dtype=np.bool_)
    seen[which[within]] = True
    return seen


def _units(headers: Rows, lines: Rows) -> Ints:
    units = np.zeros(len(headers["transaction_id"]), dtype=np.int64)
    np.add.at(units, np.searchsorted(headers["transaction_id"], lines["transaction_id"]), lines["quantity"])
    return units


_Cell = TypeVar("_Cell")


def _add(cells: dict[_Cell, Totals], cell: _Cell, totals: Totals) -> None:
    cells[cell] = cells.get(cell, Totals()) + totals
