"""Sums of money and units by day and by what the marts group by: whole numbers, kept as Python's."""

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final, TypeVar

import numpy as np

from ecommerce_pipeline.schema.tables import CHANNELS
from ecommerce_pipeline.synthetic.frames import Rows

_CELL: Final = ("channel", "store_id", "payment_method_id")


@dataclass(frozen=True)
class Totals:
    """Totals of paid orders, booked on the day of the order, and of refunds, on the day of the refund.

    Attributes:
        orders: Paid orders.
        units: Units in their lines.
        gross_cents: Sum of their gross amounts.
        discount_cents: Sum of their discounts.
        shipping_cents: Sum of their shipping; no part of revenue.
        refund_cents: Sum of the refunds, whatever the day of their order.
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
class Books:
    """The totals while they are added up; a cell is there once something was booked to it."""

    by_day: dict[date, Totals] = field(default_factory=dict)
    by_channel: dict[tuple[date, str], Totals] = field(default_factory=dict)
    by_store: dict[tuple[date, int], Totals] = field(default_factory=dict)
    by_payment_method: dict[tuple[date, int], Totals] = field(default_factory=dict)

    def book(self, day: date, rows: Rows, amounts: Rows) -> None:
        """Add up the rows' amounts by channel, store and method (int64 is exact here), and book each sum."""
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


_Cell = TypeVar("_Cell")


def _add(cells: dict[_Cell, Totals], cell: _Cell, totals: Totals) -> None:
    cells[cell] = cells.get(cell, Totals()) + totals
