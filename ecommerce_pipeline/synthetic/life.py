"""The life of a day's orders: their amounts, payments and state at the end of any later day.

Everything is a function of the order and the number of days since it was placed; nothing is replayed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.attempts import Attempts, attempts_of
from ecommerce_pipeline.synthetic.cached import cached
from ecommerce_pipeline.synthetic.changes import NEVER, Changes, changes_of
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.delivery import changed_at
from ecommerce_pipeline.synthetic.orders import Orders, orders_of
from ecommerce_pipeline.synthetic.payments import Payments, payments_of
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Lottery, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

LONGEST_LIFE: Final = 60
"""Days after an order on which the last of its rows is written or deleted."""
MOST_DAYS_TO_DELIVERY: Final = 6
"""The same for the state of an order that lives as usual."""

_DAYS_TO_SHIPPING: Final = Lottery({1: 60, 2: 30, 3: 10})
_DAYS_ON_THE_WAY: Final = Lottery({1: 45, 2: 35, 3: 20})


@dataclass(frozen=True)
class Life:
    """The orders of a day and what becomes of them; days are counted from the order's, `NEVER` if it does not happen.

    Attributes:
        settings: The shop's settings.
        day: The orders' day.
        orders: The orders as placed.
        changes: What happens to them.
        payments: How they are paid.
        attempts: The attempts to pay them.
        edited_amounts: Columns of `transactions` after the edit.
        paid: Day on which each order is paid in full; the first if there is nothing to pay.
        shipped: Day on which it is shipped; none in a store.
        delivered: Day on which it is delivered.
    """

    settings: ShopSettings
    day: date
    orders: Orders
    changes: Changes
    payments: Payments
    attempts: Attempts
    edited_amounts: dict[str, Ints]
    paid: Ints
    shipped: Ints
    delivered: Ints

    @property
    def born(self) -> int:
        """The number of the orders' day."""
        return day_number(self.day)

    def amount(self, column: str, which: Ints, days: "Ints | int") -> Ints:
        """Return an amount of the orders at these positions at the end of these days."""
        before, after = self.orders.headers[column], self.edited_amounts[column]
        return np.where(days >= self.changes.edited[which], after[which], before[which])

    def quantity(self, which: Ints, days: "Ints | int") -> Ints:
        """Return the quantity of the lines at these positions at the end of these days; 0 if it was removed."""
        order = self.orders.order_of_line[which]
        is_edited = (self.changes.edited_line[order] == which) & (days >= self.changes.edited[order])
        return np.where(is_edited, self.changes.new_quantity[order], self.orders.lines["quantity"][which])

    def captured(self, which: Ints, days: "Ints | int") -> Ints:
        """Return the cents that approved payments have captured for these orders by the end of these days."""
        of = self.payments
        first = np.where(days >= of.settled[which], of.captured[which], 0)
        return first + np.where(days >= of.difference_paid[which], of.difference[which], 0)

    def present(self, which: Ints, days: "Ints | int") -> Flags:
        """Return whether the database has these orders at the end of these days."""
        return (days >= self.changes.delivery.late[which]) & (days < self.changes.deleted[which])

    def cancelled(self, which: Ints, days: "Ints | int") -> Flags:
        """Return whether these orders are cancelled by the end of these days."""
        flags: Flags = days >= self.changes.cancelled[which]
        return flags

    def sold(self, which: Ints, days: "Ints | int") -> Flags:
        """Return whether these orders are sold: there, not cancelled, and payments cover the total."""
        covered: Flags = self.captured(which, days) >= self.amount("total_amount", which, days)
        return self.present(which, days) & ~self.cancelled(which, days) & covered

    def moved_by(self, which: Ints, days: "Ints | int") -> Ints:
        """Return the days from the day on which these orders were placed to their business day."""
        return np.where(days >= self.changes.moved[which], self.changes.moved_by[which], 0)

    def changed_at(self, which: Ints, days: Ints) -> Ints:
        """Return the time at which these orders change on these days, with all their rows."""
        return changed_at(self.settings, self.orders.headers["transaction_id"][which], self.born, days)


# The day's and those before it that are being scheduled: each event table needs them.
@cached(maxsize=4)
def life_of(settings: ShopSettings, day: date) -> Life:
    """Return the life of the day's orders."""
    orders = orders_of(settings, day)
    changes = changes_of(settings, day, orders)
    after_edit = _amounts_after_edit(orders, changes)
    payments = payments_of(settings, day, orders, changes, after_edit["total_amount"])
    stream = Stream(settings.seed, "shipping", day)
    size, in_store = len(orders.first_line), orders.headers["channel"] == vocabularies.STORE
    free = orders.headers["total_amount"] == 0
    in_full = np.where(payments.captured == orders.headers["total_amount"], payments.settled, NEVER)
    paid = np.where(free, changes.delivery.late, in_full)
    shipped = np.where((paid < NEVER) & ~in_store, paid + stream.pick(size, _DAYS_TO_SHIPPING), NEVER)
    delivered = np.where(in_store, paid, shipped + stream.pick(size, _DAYS_ON_THE_WAY))
    return Life(
        settings=settings,
        day=day,
        orders=orders,
        changes=changes,
        payments=payments,
        attempts=attempts_of(settings, day, orders, payments),
        edited_amounts=after_edit,
        paid=paid,
        shipped=np.where(shipped < changes.cancelled, shipped, NEVER),
        delivered=np.where(
            (shipped < NEVER) | in_store, np.where(delivered < changes.cancelled, delivered, NEVER), NEVER
        ),
    )


def _amounts_after_edit(orders: Orders, changes: Changes) -> dict[str, Ints]:
    """Return the amounts that follow from the edited line; the discount stays the same share of the goods."""
    before = orders.headers
    after = {name: before[f"{name}_amount"].copy() for name in ("gross", "discount", "shipping", "total")}
    count = before["line_count"].copy()
    which = np.flatnonzero(changes.edited < NEVER)
    line, quantity = changes.edited_line[which], changes.new_quantity[which]
    more = (quantity - orders.lines["quantity"][line]) * orders.lines["unit_price"][line]
    after["gross"][which] += more
    after["discount"][which] = after["discount"][which] * after["gross"][which] // before["gross_amount"][which]
    after["total"][which] = after["gross"][which] - after["discount"][which] + before["shipping_amount"][which]
    count[which] -= quantity == 0
    return {f"{name}_amount": amounts for name, amounts in after.items()} | {"line_count": count}
