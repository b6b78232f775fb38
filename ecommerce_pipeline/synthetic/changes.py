"""What happens to the orders of a day beyond the usual: late delivery, edits, cancellations, slow payment, deletion.

All is drawn on the order's day, as numbers of days after it, so that any later day can derive it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ecommerce_pipeline.synthetic import vocabularies
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.delivery import Delivery, deliver
from ecommerce_pipeline.synthetic.orders import Orders
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints, Lotteries, Lottery, Stream
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

NEVER: Final = 100
"""A day after the end of every order's life."""
MOST_DAYS_MOVED: Final = 3

_EDITED, _LINE_REMOVED, _UNPAID_AND_CANCELLED, _CANCELLED, _PAID_LATE, _MOVED, _DELETED, _NOTHING = range(8)
# Nobody waits for a payment in a store.
_ONLINE, _IN_STORE = range(2)
_FIRST_CHANGE: Final = Lotteries(
    [
        Lottery(
            {
                _EDITED: 28,
                _LINE_REMOVED: 14,
                _UNPAID_AND_CANCELLED: 12,
                _CANCELLED: 14,
                _PAID_LATE: 16,
                _MOVED: 8,
                _DELETED: 8,
            }
        ),
        Lottery({_EDITED: 30, _LINE_REMOVED: 20, _CANCELLED: 20, _MOVED: 15, _DELETED: 15}),
    ]
)
_SECOND_CHANGE: Final = Lottery({_NOTHING: 70, _CANCELLED: 14, _MOVED: 8, _DELETED: 8})
_MORE_UNITS: Final = Lottery({1: 40, 2: 15, 3: 10, -1: 25, -2: 10})
_DAYS_TO_EDIT: Final = Lottery({1: 60, 2: 25, 3: 10, 4: 5})
_DAYS_TO_PAY: Final = Lottery({days: 40 - days for days in range(1, 31)})
_DAYS_TO_CANCEL: Final = Lottery({days: 22 - days for days in range(1, 21)})
_DAYS_TO_MOVE: Final = Lottery({days: 12 - days for days in range(1, 11)})
_DAYS_TO_DELETE: Final = Lottery({days: 40 - days for days in range(1, 36)})
_MOVED_BY: Final = Lottery({-3: 10, -2: 15, -1: 35, 1: 25, 2: 10, 3: 5})


@dataclass(frozen=True)
class Changes:
    """What happens to each order of a day; days are counted from the order's, `NEVER` if it does not happen.

    Attributes:
        delivery: How the order reaches the database, with its lines and first payments.
        changed: Whether anything below happens to it.
        edited: Day on which one of its lines is changed or removed.
        edited_line: Position of that line, -1 for none.
        new_quantity: Its quantity after that; 0: it is removed.
        settled: Day on which the first payments are settled: the first, unless the order is paid slowly or never.
        cancelled: Day on which it is cancelled.
        moved: Day on which its date is corrected.
        moved_by: Days to the corrected date.
        deleted: Day on which it is deleted, with all that belongs to it.
    """

    delivery: Delivery
    changed: Flags
    edited: Ints
    edited_line: Ints
    new_quantity: Ints
    settled: Ints
    cancelled: Ints
    moved: Ints
    moved_by: Ints
    deleted: Ints


def changes_of(settings: ShopSettings, day: date, orders: Orders) -> Changes:
    """Draw what happens to the orders of the day."""
    stream = Stream(settings.seed, "changes", day)
    channel, size = orders.headers["channel"], len(orders.first_line)
    delivery = deliver(settings, stream, size)
    changed = stream.chance(size, settings.change_rate)
    which = np.flatnonzero(changed)
    first = delivery.late[which]
    change = stream.pick_by(np.where(channel[which] == vocabularies.STORE, _IN_STORE, _ONLINE), _FIRST_CHANGE)
    another = stream.pick(len(which), _SECOND_CHANGE)

    def after(start: Ints, lottery: Lottery, happens: Flags) -> Ints:
        return np.where(happens, start + stream.pick(len(which), lottery), NEVER)

    line, quantity = _edited_line(stream, orders, which, removed=change == _LINE_REMOVED)
    edited = after(first, _DAYS_TO_EDIT, (change == _EDITED) | (change == _LINE_REMOVED))
    cancels = (change == _CANCELLED) | (change == _UNPAID_AND_CANCELLED) | (another == _CANCELLED)
    moved = after(first, _DAYS_TO_MOVE, (change == _MOVED) | (another == _MOVED))
    settling = np.where(edited < NEVER, edited, np.where(change == _MOVED, moved, first))
    cancelled = after(settling, _DAYS_TO_CANCEL, cancels)
    # An order that loses its only line is cancelled.
    emptied = (quantity == 0) & (orders.headers["line_count"][which] == 1) & (edited < NEVER)
    cancelled = np.where(emptied, edited, cancelled)
    paid_late = after(first, _DAYS_TO_PAY, change == _PAID_LATE)
    moved = np.where(moved < cancelled, moved, NEVER)
    # Neither before the shop's first day nor after the day of the correction.
    earliest = day_number(settings.start_date) - day_number(day)
    moved_by = np.clip(stream.pick(len(which), _MOVED_BY), earliest, moved - 1)
    deleted = after(first, _DAYS_TO_DELETE, (change == _DELETED) | (another == _DELETED))

    def of_all(values: Ints, others: "int | Ints" = NEVER) -> Ints:
        column = np.full(size, others, dtype=np.int64)
        column[which] = values
        return column

    waits = (change == _PAID_LATE) | (change == _UNPAID_AND_CANCELLED)
    return Changes(
        delivery=delivery,
        changed=changed,
        edited=of_all(edited),
        edited_line=of_all(np.where(edited < NEVER, line, -1), -1),
        new_quantity=of_all(quantity, 0),
        settled=of_all(np.where(waits, paid_late, first), delivery.late),
        cancelled=of_all(cancelled),
        moved=of_all(np.where(moved_by != 0, moved, NEVER)),
        moved_by=of_all(moved_by, 0),
        deleted=of_all(deleted),
    )


def _edited_line(stream: Stream, orders: Orders, which: Ints, removed: Flags) -> tuple[Ints, Ints]:
    """Draw a line of each of these orders, and its quantity after the edit."""
    line = orders.first_line[which] + stream.below(len(which), orders.headers["line_count"][which])
    before = orders.lines["quantity"][line]
    after = np.maximum(before + stream.pick(len(which), _MORE_UNITS), 1)
    after = np.where(after == before, before + 1, after)
    return line, np.where(removed, 0, after)
