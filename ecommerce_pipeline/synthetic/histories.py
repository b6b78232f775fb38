"""The history of each event table's rows by the day they begin with, and what of it is due on a later day."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Final

import numpy as np

from ecommerce_pipeline.schema.tables import TABLES, business_key
from ecommerce_pipeline.synthetic.ad_spend import ad_spend_of
from ecommerce_pipeline.synthetic.aftersales import MOST_DAYS_TO_REVIEW, refunds_of, reviews_of
from ecommerce_pipeline.synthetic.arrow_columns import Rows
from ecommerce_pipeline.synthetic.cached import cached
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED
from ecommerce_pipeline.synthetic.clock import day_number
from ecommerce_pipeline.synthetic.delivery import MOST_DAYS_LATE, deliver, first_updated_at
from ecommerce_pipeline.synthetic.happenings import PLANTED
from ecommerce_pipeline.synthetic.history import History, Schedule, written_once
from ecommerce_pipeline.synthetic.life import LONGEST_LIFE, MOST_DAYS_TO_DELIVERY, life_of
from ecommerce_pipeline.synthetic.order_rows import attempts_of, headers_of, lines_of
from ecommerce_pipeline.synthetic.random_streams import Stream
from ecommerce_pipeline.synthetic.sessions import sessions_of
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings
from ecommerce_pipeline.synthetic.stock_levels import stock_levels_of


@dataclass(frozen=True)
class Source:
    """How the rows of a table follow from the events of a day.

    Attributes:
        history: Returns the history of the rows that begin with the day's events.
        days_before: Most days from these events back to a row's business day.
        days_after: Most days from these events to a row's business day.
    """

    history: Callable[[ShopSettings, date], History]
    days_before: int = 0
    days_after: int = 0


def _once(table: str, rows_of: Callable[[ShopSettings, date], Rows]) -> Source:
    # The day's, and that of the day before, whose late rows are scheduled when the day is written.
    @cached(maxsize=3)
    def history(settings: ShopSettings, day: date) -> History:
        rows, born = rows_of(settings, day), day_number(day)
        keys = rows[business_key(TABLES[table])]
        delivery = deliver(settings, Stream(settings.seed, f"delivery:{table}", day), len(keys))
        updated_at = first_updated_at(settings, keys, born, delivery, rows["updated_at"])
        return written_once(keys, rows | {"updated_at": updated_at, PLANTED: np.zeros_like(keys)}, delivery, born)

    return Source(history)


# Tables whose rows are written once and never change, by the function that returns those of a day.
_WRITTEN_ONCE: Final[Mapping[str, Callable[[ShopSettings, date], Rows]]] = {
    "sessions": sessions_of,
    "ad_spend": ad_spend_of,
    "stock_levels": stock_levels_of,
}

HISTORIES: Final[Mapping[str, Source]] = {
    **{table: _once(table, rows_of) for table, rows_of in _WRITTEN_ONCE.items()},
    "transactions": Source(lambda shop, day: headers_of(life_of(shop, day)), MOST_DAYS_MOVED, MOST_DAYS_MOVED),
    "transaction_items": Source(lambda shop, day: lines_of(life_of(shop, day)), MOST_DAYS_MOVED, MOST_DAYS_MOVED),
    "payment_attempts": Source(lambda shop, day: attempts_of(life_of(shop, day)), MOST_DAYS_MOVED, MOST_DAYS_MOVED),
    "refunds": Source(lambda shop, day: refunds_of(life_of(shop, day)).history(), days_after=LONGEST_LIFE),
    "reviews": Source(lambda shop, day: reviews_of(life_of(shop, day)).history(), days_after=MOST_DAYS_TO_REVIEW),
}
"""The event tables that the shop generates."""


def rows_due(settings: ShopSettings, table: str, day: date) -> Iterator[Rows]:
    """Yield the rows written on the day that begin with events of earlier days, by event day."""
    # Deletions, too: they are asked for afterwards.
    _EARLIER.derive(settings, table, day)
    for shelf in _ROWS[table]:
        yield from shelf.on(settings, day)


def deletions_due(settings: ShopSettings, table: str, day: date) -> Iterator[Rows]:
    """Yield what is deleted on the day of rows that begin with events of earlier days."""
    for shelf in _DELETIONS.get(table, ()):
        yield from shelf.on(settings, day)


class _Shelf:
    """What is due of one table, from the first to the last day after the events.

    A table has its own: threads that write the tables get through the days at different speeds, and each would throw
    away what the other keeps.
    """

    def __init__(self, first: int, last: int, schedule: Callable[[ShopSettings, date], Schedule]) -> None:
        self._first, self._last = first, last
        # As long as needed, and some more for requests in another order.
        self._schedule = cached(maxsize=last + 4)(schedule)

    def derive(self, settings: ShopSettings, begun: date, days: int) -> None:
        """Derive what is due of the events of a day so many days before, if anything can be."""
        if days <= self._last:
            self._schedule(settings, begun)

    def on(self, settings: ShopSettings, day: date) -> Iterator[Rows]:
        """Yield the rows that are due on the day, by the day of the events."""
        for days in range(1, self._last + 1):
            begun = day - timedelta(days=days)
            if begun < settings.start_date:
                return
            # From the day after the events on, although nothing is due yet: that day has derived the events anyway.
            schedule = self._schedule(settings, begun)
            if days >= self._first:
                yield from schedule.on(days)


class _Earlier:
    """The events of the days before one that is asked for: each day's are derived once for all that is due of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._begun_with: ShopSettings | None = None

    def derive(self, settings: ShopSettings, table: str, day: date) -> None:
        """Derive what is due of a table; for the first day that is asked of a shop, of all tables."""
        with self._lock:
            if settings != self._begun_with:
                self._derive(settings, HISTORIES, day)
                self._begun_with = settings
        self._derive(settings, [table], day)

    @staticmethod
    def _derive(settings: ShopSettings, tables: Iterable[str], day: date) -> None:
        shelves = [shelf for table in tables for shelf in (*_ROWS[table], *_DELETIONS.get(table, ()))]
        for days in range(LONGEST_LIFE, 0, -1):
            begun = day - timedelta(days=days)
            if begun >= settings.start_date:
                for shelf in shelves:
                    shelf.derive(settings, begun, days)


def _rows(table: str, first: int, last: int) -> _Shelf:
    return _Shelf(first, last, lambda shop, day: HISTORIES[table].history(shop, day).later(first, last))


def _deletions(table: str) -> _Shelf:
    return _Shelf(1, LONGEST_LIFE, lambda shop, day: HISTORIES[table].history(shop, day).deletions(LONGEST_LIFE))


_EARLIER: Final = _Earlier()
_ROWS: Final[Mapping[str, Sequence[_Shelf]]] = {
    # The many changes of orders that are due soon are kept for a few days only.
    "transactions": [
        _rows("transactions", MOST_DAYS_TO_DELIVERY + 1, LONGEST_LIFE),
        _rows("transactions", 1, MOST_DAYS_TO_DELIVERY),
    ],
    **{table: [_rows(table, 1, LONGEST_LIFE)] for table in ("transaction_items", "payment_attempts", "refunds")},
    "reviews": [_rows("reviews", 1, MOST_DAYS_TO_REVIEW + MOST_DAYS_LATE)],
    **{table: [_rows(table, 1, MOST_DAYS_LATE)] for table in _WRITTEN_ONCE},
}
_DELETIONS: Final[Mapping[str, Sequence[_Shelf]]] = {
    table: [_deletions(table)]
    for table in ("transactions", "transaction_items", "payment_attempts", "refunds", "reviews")
}
