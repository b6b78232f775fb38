"""What the shop's application writes on a day of its life, and what is planted in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, TABLES, business_key
from ecommerce_pipeline.synthetic.arrow_columns import (
    DELETED,
    Rows,
    concat,
    deletions_schema,
    deletions_to_arrow,
    schema_of,
    take,
    to_arrow,
)
from ecommerce_pipeline.synthetic.clock import instant
from ecommerce_pipeline.synthetic.defects import broken_rows
from ecommerce_pipeline.synthetic.dimensions import deletions
from ecommerce_pipeline.synthetic.happenings import PLANTED
from ecommerce_pipeline.synthetic.histories import HISTORIES, deletions_due, rows_due
from ecommerce_pipeline.synthetic.random_streams import trait
from ecommerce_pipeline.synthetic.rules import EXACT_DUPLICATE, REASONS, bit_of
from ecommerce_pipeline.synthetic.shop_settings import ShopSettings

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RATE_SCALE: Final = 1 << 20


@dataclass(frozen=True)
class Written:
    """What the application writes to an event table on a day of its life.

    Applied in any order of days, they make the same database: of each key, the rows with the newest `updated_at` stay,
    all of them (a key may be there twice), but none with an `updated_at` up to the key's `deleted_at`.

    Attributes:
        rows: Rows inserted or changed on the day, as they are at its end.
        deleted: What was deleted on the day: `key` and `deleted_at`.
    """

    rows: pa.Table
    deleted: pa.Table


@dataclass(frozen=True)
class Planted:
    """A defect among the rows written on a day, or what happened beyond the usual to a row on that day.

    Attributes:
        table: Name of the table.
        key: The row's business key.
        updated_at: The row's `updated_at`; of a deleted row, the time of the deletion.
        reason: `exact_duplicate`, the name of the rule that the row breaks, or what happened: `late`, `committed_late`,
            `edited`, `line_removed`, `cancelled_unpaid`, `cancelled_paid`, `paid_late`, `moved`, `order_deleted`,
            `customer_deleted`, `product_deleted`.
    """

    table: str
    key: int
    updated_at: datetime
    reason: str


def written(settings: ShopSettings, table: str, day: date) -> Written:
    """Return what the application writes to an event table on a day of its life, in the shop's time zone.

    Nothing is written before the shop's first day. The `updated_at` of a row is of that day, but of rows that are
    committed late, which is of the day on which they happened.

    Raises:
        ValueError: The table is not an event table.
    """
    check_event_table(table)
    if table not in HISTORIES:
        return Written(schema_of(table).empty_table(), deletions_schema().empty_table())
    rows = to_arrow(table, _rows(settings, table, day))
    return Written(rows, deletions_to_arrow(_deleted(settings, table, day)))


def planted(settings: ShopSettings, table: str, day: date) -> tuple[Planted, ...]:
    """Return everything planted in what is written on the day: defects, and what happened beyond the usual.

    A copy is listed once, each of a pair of contradicting rows, and a row for each thing that happened to it.

    Raises:
        ValueError: The table is not a table of the shop.
    """
    if table in DIMENSIONS:
        rows, start = deletions(settings, table, day), instant(settings.time_zone, day)
        today = take(rows, rows["deleted_at"] >= start)
        return tuple(
            Planted(table, key, _time(at), f"{table.removesuffix('s')}_deleted")
            for key, at in zip(today["key"].tolist(), today["deleted_at"].tolist(), strict=True)
        )
    check_event_table(table)
    if table not in HISTORIES:
        return ()
    rows, gone = _rows(settings, table, day), _deleted(settings, table, day)
    changed = _listed(table, rows, business_key(TABLES[table]), "updated_at")
    return (*changed, *_listed(table, gone, "key", "deleted_at"))


def check_event_table(table: str) -> None:
    """Check that it is an event table.

    Raises:
        ValueError: It is not; the message names those there are.
    """
    if table not in EVENTS:
        kind = "a dimension, see snapshot()" if table in DIMENSIONS else "not a table of the shop"
        raise ValueError(f"{table!r} is {kind}; the event tables are {', '.join(EVENTS)}")


def clean_rows(settings: ShopSettings, table: str, day: date) -> Rows:
    """Return the real rows written on the day, once each."""
    return concat([HISTORIES[table].history(settings, day).on_first_day(), *rows_due(settings, table, day)])


def copies(settings: ShopSettings, table: str, rows: Rows) -> Rows:
    """Return the copies of those rows that are there twice; a row that is stays so through all its changes."""
    draws = trait(settings.seed, f"copied:{table}", rows[business_key(TABLES[table])], _RATE_SCALE)
    twice = take(rows, draws < int(settings.duplicate_rate * _RATE_SCALE))
    return twice | {PLANTED: np.full(len(twice[PLANTED]), bit_of(EXACT_DUPLICATE), dtype=np.int64)}


def _rows(settings: ShopSettings, table: str, day: date) -> Rows:
    rows = clean_rows(settings, table, day)
    return concat([rows, copies(settings, table, rows), broken_rows(settings, table, day, rows)])


def _deleted(settings: ShopSettings, table: str, day: date) -> Rows:
    none = {name: np.zeros(0, dtype=np.int64) for name in (*DELETED, PLANTED)}
    return concat([none, *deletions_due(settings, table, day)])


def _listed(table: str, rows: Rows, key: str, time: str) -> list[Planted]:
    found = []
    for position, reason in enumerate(REASONS):
        with_it = take(rows, rows[PLANTED] >> position & 1 == 1)
        pairs = zip(with_it[key].tolist(), with_it[time].tolist(), strict=True)
        found += [Planted(table, number, _time(at), reason) for number, at in pairs]
    return found


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
