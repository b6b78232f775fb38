"""The shop's ledger: the true totals of business days in whole cents, as of the end of any day of its life.

They follow from the lives of the orders, not from rows. A warehouse that has loaded these days as they are in the
database at that moment must have the same totals, to the cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Final, TypeVar

import numpy as np

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import CHANNELS
from ecommerce_pipeline.synthetic.aftersales import refunds_of
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, Life, life_of
from ecommerce_pipeline.synthetic.population import unit_cost
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_CELL: Final = ("channel", "store_id", "payment_method_id")


@dataclass(frozen=True)
class Totals:
    """Totals of a business day: of orders, booked on the day of the order, and of refunds, on the day of the refund.

    An order that is placed is either sold, cancelled, part-paid or unpaid; only sold orders have units and amounts.

    Attributes:
        orders_placed: Orders that are there.
        orders_sold: Orders not cancelled, whose approved payments cover the total; also if there is nothing to pay.
        orders_cancelled: Orders cancelled, paid or not.
        orders_part_paid: Orders not cancelled, whose approved payments cover a part of the total.
        orders_unpaid: Orders not cancelled, without an approved payment, and with something to pay.
        units: Units in the lines of sold orders.
        gross_cents: Sum of their gross amounts.
        discount_cents: Sum of their discounts.
        shipping_cents: Sum of their shipping, which is not revenue.
        cost_cents: Cost of their units, at each product's cost on the order's business day.
        refund_cents: Sum of the refunds of sold and of unknown orders, whatever the day of the order.
    """

    orders_placed: int = 0
    orders_sold: int = 0
    orders_cancelled: int = 0
    orders_part_paid: int = 0
    orders_unpaid: int = 0
    units: int = 0
    gross_cents: int = 0
    discount_cents: int = 0
    shipping_cents: int = 0
    cost_cents: int = 0
    refund_cents: int = 0

    @property
    def net_cents(self) -> int:
        """Revenue: gross - discount - refund."""
        return self.gross_cents - self.discount_cents - self.refund_cents

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass
class Ledger:
    """The true totals of business days at the end of a day of the shop's life.

    Cells with only zeros are omitted, except in `by_day`, which has every day. A refund is in the cells of its own
    channel, store and payment method. Sales outside the stores are in no cell of `by_store`.

    Attributes:
        days: The business days.
        as_of: The day of the shop's life.
        by_day: Totals by business day.
        by_channel: By business day and channel.
        by_store: By business day and store number.
        by_payment_method: By business day and the order's payment method.
    """

    days: Days
    as_of: date
    by_day: dict[date, Totals] = field(default_factory=dict)
    by_channel: dict[tuple[date, str], Totals] = field(default_factory=dict)
    by_store: dict[tuple[date, int], Totals] = field(default_factory=dict)
    by_payment_method: dict[tuple[date, int], Totals] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_day = {day: Totals() for day in self.days}

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
            if totals != Totals():
                self.by_day[day] += totals
                _add(self.by_channel, (day, CHANNELS[channel]), totals)
                _add(self.by_payment_method, (day, method), totals)
                if store:
                    _add(self.by_store, (day, store), totals)


def ledger(settings: ShopSettings, days: Days, as_of: date, since: date | None = None) -> Ledger:
    """Return the true totals of the business days at the end of the day `as_of` of the shop's life.

    Args:
        settings: The shop's settings.
        days: The business days.
        as_of: The last day of the life.
        since: The first day of the life that was written, if that is not the shop's first: orders of earlier days are
            unknown, and all their refunds count. Of the `MOST_DAYS_MOVED` days after it the totals are not exact,
            as orders from before it are moved there without their lines.
    """
    totals = Ledger(days, as_of)
    first = max(settings.start_date, since or settings.start_date)
    # Where orders of these days may have been placed, and orders with refunds on them.
    placed = {day + timedelta(days=by) for day in days for by in range(-LONGEST_LIFE, MOST_DAYS_MOVED + 1)}
    for day in sorted(placed):
        if settings.start_date <= day <= as_of:
            life, age = life_of(settings, day), min((as_of - day).days, LONGEST_LIFE)
            if day >= first:
                _book_orders(totals, life, age)
            _book_refunds(totals, life, age, first)
    return totals


def _book_orders(totals: Ledger, life: Life, age: int) -> None:
    every = np.arange(len(life.orders.first_line), dtype=np.int64)
    there, by = life.present(every, age), life.moved_by(every, age)
    for day, is_of_day in _by_day(totals, life.day, by, there):
        which = np.flatnonzero(is_of_day)
        cancelled, sold, captured = life.cancelled(which, age), life.sold(which, age), life.captured(which, age)
        open_ = ~cancelled & ~sold
        amounts: dict[str, Ints] = {
            "orders_placed": np.ones(len(which), dtype=np.int64),
            "orders_sold": sold.astype(np.int64),
            "orders_cancelled": cancelled.astype(np.int64),
            "orders_part_paid": (open_ & (captured > 0)).astype(np.int64),
            "orders_unpaid": (open_ & (captured == 0)).astype(np.int64),
        }
        for name in ("gross", "discount", "shipping"):
            amounts[f"{name}_cents"] = life.amount(f"{name}_amount", which, age) * sold
        of_lines = _units_and_cost(life, age, day, is_of_day)
        amounts |= {name: column[which] * sold for name, column in of_lines.items()}
        totals.book(day, _cells(life, which), amounts)


def _units_and_cost(life: Life, age: int, day: date, is_of_day: Flags) -> dict[str, Ints]:
    """Return the units of each order of the business day, and their cost."""
    line = np.flatnonzero(is_of_day[life.orders.order_of_line])
    order, product = life.orders.order_of_line[line], life.orders.lines["product_id"][line]
    quantity = life.quantity(line, age)
    cost = quantity * unit_cost(life.settings, product, day)
    sums = {name: np.zeros(len(is_of_day), dtype=np.int64) for name in ("units", "cost_cents")}
    np.add.at(sums["units"], order, quantity)
    np.add.at(sums["cost_cents"], order, cost)
    return sums


def _book_refunds(totals: Ledger, life: Life, age: int, first: date) -> None:
    refunds, unwritten = refunds_of(life), (first - life.day).days
    order, written = refunds.order, refunds.day + refunds.delivery.late
    known = life.moved_by(order, age) >= unwritten
    # An order moved to a known day is there without the payments from before the first day.
    captured = life.captured(order, age) - life.captured(order, unwritten - 1)
    sold = life.sold(order, age) & (captured >= life.amount("total_amount", order, age))
    counted = np.where(known, sold, age < life.changes.deleted[order])
    there = (written >= unwritten) & (written <= age) & counted
    for day, is_of_day in _by_day(totals, life.day, refunds.day, there):
        rows = take(refunds.rows, is_of_day)
        totals.book(day, rows, {"refund_cents": rows["goods_amount"]})


def _by_day(totals: Ledger, day: date, after: Ints, there: Flags) -> Iterator[tuple[date, Flags]]:
    """Yield the ledger's days with something that is there, so many days after the day, and which that is."""
    for days in np.unique(after[there]).tolist():
        business_day = day + timedelta(days=days)
        if business_day in totals.by_day:
            yield business_day, there & (after == days)


def _cells(life: Life, which: Ints) -> Rows:
    columns = life.orders.headers | {"payment_method_id": life.payments.method}
    return {name: columns[name][which] for name in _CELL}


_Cell = TypeVar("_Cell")


def _add(cells: dict[_Cell, Totals], cell: _Cell, totals: Totals) -> None:
    cells[cell] = cells.get(cell, Totals()) + totals
