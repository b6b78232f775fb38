"""The rows of a day's orders over their lives: headers, lines and payment attempts.

All that changes on a later day of an order's life changes at one time of that day.
"""

from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.arrow_columns import Rows, take
from ecommerce_pipeline.synthetic.changes import NEVER
from ecommerce_pipeline.synthetic.clock import SECOND, moments
from ecommerce_pipeline.synthetic.happenings import PLANTED, UNSTEADY, Happening, bits
from ecommerce_pipeline.synthetic.history import Deletion, History
from ecommerce_pipeline.synthetic.life import Life
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, trait

_EDITED: Final = ("gross_amount", "discount_amount", "total_amount", "line_count")
_LONGEST_LAG: Final = 60 * SECOND


def headers_of(life: Life) -> History:
    """Return the history of the orders' headers."""
    changes, late = life.changes, life.changes.delivery.late
    columns = life.orders.headers | {"payment_method_id": life.payments.method}
    # A payment that arrives after the cancellation leaves the order as it is.
    paid = np.where(life.paid < changes.cancelled, life.paid, NEVER)
    days_of_change = (paid, life.shipped, life.delivered, changes.edited, changes.cancelled, changes.moved)
    written_at = np.maximum(_written_at(life), np.where(paid == late, life.attempts.answered_at, 0))

    def at(which: Ints, days: "Ints | int") -> Rows:
        rows = take(columns, which) | {name: life.amount(name, which, days) for name in _EDITED}
        status = np.where(days >= paid[which], vocabularies.PAID, vocabularies.PLACED)
        status[days >= life.shipped[which]] = vocabularies.SHIPPED
        status[days >= life.delivered[which]] = vocabularies.DELIVERED
        status[life.cancelled(which, days)] = vocabularies.CANCELLED
        return rows | {
            "status": status,
            "created_at": _moved(life, which, days, rows["created_at"]),
            "cancelled_at": _cancelled_at(life, which, days),
            "updated_at": _updated_at(life, which, days, [day[which] for day in days_of_change], written_at[which]),
            PLANTED: _bits(life, which, days)
            | _edit_bits(life, which, days)
            | bits(Happening.MOVED, changes.moved[which] == days)
            | bits(Happening.PAID_LATE, (paid[which] == days) & (paid > late)[which])
            | _cancelled_bits(life, which, days),
        }

    return History(
        keys=columns["transaction_id"],
        first=late,
        changes=days_of_change,
        deletion=with_order(life, np.arange(len(late), dtype=np.int64)),
        business_day=lambda which, days: life.born + life.moved_by(which, days),
        at=at,
    )


def lines_of(life: Life) -> History:
    """Return the history of the orders' lines."""
    changes, order_of = life.changes, life.orders.order_of_line
    edited = np.full(len(order_of), NEVER, dtype=np.int64)
    order = np.flatnonzero(changes.edited < NEVER)
    edited[changes.edited_line[order]] = changes.edited[order]
    removed = np.where(changes.new_quantity[order_of] == 0, edited, NEVER)
    gone = np.minimum(removed, changes.deleted[order_of])
    written_at = _written_at(life)

    def at(which: Ints, days: "Ints | int") -> Rows:
        rows, order = take(life.orders.lines, which), order_of[which]
        quantity = life.quantity(which, days)
        return rows | {
            "quantity": quantity,
            "gross_amount": quantity * rows["unit_price"],
            "updated_at": _updated_at(life, order, days, [edited[which]], written_at[order]),
            PLANTED: _bits(life, order, days) | bits(Happening.EDITED, edited[which] == days),
        }

    return History(
        keys=life.orders.lines["transaction_item_id"],
        first=changes.delivery.late[order_of],
        changes=(edited,),
        deletion=Deletion(
            gone,
            at=lambda which: life.changed_at(order_of[which], gone[which]),
            why=lambda which: np.where(
                removed[which] == gone[which], int(Happening.LINE_REMOVED), int(Happening.ORDER_DELETED)
            ),
        ),
        business_day=lambda which, days: life.born + life.moved_by(order_of[which], days),
        at=at,
    )


def attempts_of(life: Life) -> History:
    """Return the history of the payment attempts for the orders."""
    changes, attempts = life.changes, life.attempts
    order_of, late = attempts.order, changes.delivery.late
    # A slow payment is the order's only one, but for the difference.
    settled = np.where(attempts.is_difference, late[order_of], changes.settled[order_of])
    first = np.where(attempts.is_difference, life.payments.difference_paid[order_of], late[order_of])

    def at(which: Ints, days: "Ints | int") -> Rows:
        rows, order = take(attempts.rows, which), order_of[which]
        pending = days < settled[which]
        on_top = np.flatnonzero(attempts.is_difference[which])
        paid_at = life.changed_at(order[on_top], first[which][on_top])
        created_at = rows["created_at"].copy()
        updated_at = _updated_at(life, order, days, [settled[which]], rows["updated_at"])
        created_at[on_top], updated_at[on_top] = paid_at - SECOND, paid_at
        return rows | {
            "status": np.where(pending, vocabularies.PENDING, rows["status"]),
            "created_at": created_at,
            "updated_at": updated_at,
            PLANTED: _bits(life, order, days)
            | bits(Happening.PAID_LATE, (settled[which] == days) & (settled > first)[which]),
        }

    return History(
        keys=attempts.rows["payment_attempt_id"],
        first=first,
        changes=(settled,),
        deletion=with_order(life, order_of),
        business_day=lambda which, days: life.born + life.moved_by(order_of[which], days),
        at=at,
    )


def sold_since(life: Life, age: int, unwritten: int) -> Flags:
    """Return which orders are sold at the end of the day `age` of their life, by what was written from a day on."""
    every = np.arange(len(life.orders.first_line), dtype=np.int64)
    captured = life.captured(every, age) - (life.captured(every, unwritten - 1) if unwritten > 0 else 0)
    covered = captured >= life.amount("total_amount", every, age)
    return life.sold(every, age) & covered & headers_of(life).written(unwritten, age)


def with_order(life: Life, order: Ints) -> Deletion:
    """Return the deletion of rows that are deleted with these orders."""
    deleted = life.changes.deleted[order]
    return Deletion(
        deleted,
        at=lambda which: life.changed_at(order[which], deleted[which]),
        why=lambda which: np.full(len(which), int(Happening.ORDER_DELETED), dtype=np.int64),
    )


def _written_at(life: Life) -> Ints:
    """Return when each order is first written, unless it is written days late: within a minute."""
    keys = life.orders.headers["transaction_id"]
    return life.orders.headers["created_at"] + SECOND // 5 + trait(life.settings.seed, "lag", keys, _LONGEST_LAG)


def _updated_at(life: Life, order: Ints, days: "Ints | int", changes: list[Ints], written_at: Ints) -> Ints:
    """Return `updated_at` of rows of these orders, which change on these days, at the end of `days`."""
    delivery = life.changes.delivery
    late = delivery.late[order]
    newest = np.where(delivery.written_late[order], late, 0)
    for day in changes:
        newest = np.maximum(newest, np.where((day <= days) & (day > late), day, 0))
    changed = np.flatnonzero(newest)
    updated_at = written_at.copy()
    updated_at[changed] = life.changed_at(order[changed], newest[changed])
    return updated_at


def _moved(life: Life, which: Ints, days: "Ints | int", created_at: Ints) -> Ints:
    """Return when the orders happened by what the database says: at the same time of day, perhaps of another day."""
    moved_by = life.moved_by(which, days)
    moved = np.flatnonzero(moved_by)
    shifted = created_at.copy()
    shifted[moved] = moments(life.settings.time_zone, life.born + moved_by[moved], life.orders.of_day[which[moved]])
    return shifted


def _cancelled_at(life: Life, which: Ints, days: "Ints | int") -> Ints:
    cancelled = np.flatnonzero(life.cancelled(which, days))
    times = np.zeros(len(which), dtype=np.int64)
    times[cancelled] = life.changed_at(which[cancelled], life.changes.cancelled[which[cancelled]])
    return times


def _bits(life: Life, order: Ints, days: "Ints | int") -> Ints:
    """Return how the rows of these orders are delivered, if they are late and first written on `days`."""
    delivery = life.changes.delivery
    first = (delivery.late[order] == days) & (delivery.late[order] > 0)
    committed_late = delivery.committed_late[order]
    return (
        bits(Happening.LATE, first & ~committed_late)
        | bits(Happening.COMMITTED_LATE, first & committed_late)
        | bits(UNSTEADY, life.changes.changed[order])
    )


def _edit_bits(life: Life, which: Ints, days: "Ints | int") -> Ints:
    edited, removed = life.changes.edited[which] == days, life.changes.new_quantity[which] == 0
    return bits(Happening.EDITED, edited & ~removed) | bits(Happening.LINE_REMOVED, edited & removed)


def _cancelled_bits(life: Life, which: Ints, days: "Ints | int") -> Ints:
    cancelled, paid = life.changes.cancelled[which] == days, life.captured(which, days) > 0
    return bits(Happening.CANCELLED_PAID, cancelled & paid) | bits(Happening.CANCELLED_UNPAID, cancelled & ~paid)
