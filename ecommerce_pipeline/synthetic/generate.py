"""The rows written on a day: events of that day and of days before it, as delivered, with planted defects."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, TABLES, WRITTEN_AT, business_key
from ecommerce_pipeline.synthetic.arrow_columns import Rows, concat, length, take, take_both, to_arrow
from ecommerce_pipeline.synthetic.defects import broken_rows
from ecommerce_pipeline.synthetic.events import happened
from ecommerce_pipeline.synthetic.random_streams import Flags
from ecommerce_pipeline.synthetic.rules import EXACT_DUPLICATE, REASONS
from ecommerce_pipeline.synthetic.seasons import DAY, instant
from ecommerce_pipeline.synthetic.shop_settings import MOST_LATENESS_DAYS, ShopSettings

_REASON: Final = "reason_code"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Planted:
    """A defect among the rows written on a day.

    Attributes:
        table: Name of the event table.
        key: The row's business key.
        recorded_at: Time at which the row was written; with the key, it identifies the row.
        reason: `exact_duplicate`, or the name of the rule that the row breaks.
    """

    table: str
    key: int
    recorded_at: datetime
    reason: str


def generate(settings: ShopSettings, table: str, day: date) -> pa.Table:
    """Return the rows of an event table written on the UTC day, by `recorded_at` and key.

    They happened on that day or at most `lateness_days` before it. There are none before the shop's first day.

    Raises:
        ValueError: The table is not an event table.
    """
    return to_arrow(table, _written(settings, table, day))


def planted(settings: ShopSettings, table: str, day: date) -> tuple[Planted, ...]:
    """Return every planted defect among the rows that `generate` returns, in the same order.

    Raises:
        ValueError: The table is not an event table.
    """
    rows = _written(settings, table, day)
    bad = np.flatnonzero(rows[_REASON])
    columns = (rows[name][bad].tolist() for name in (business_key(TABLES[table]), WRITTEN_AT, _REASON))
    return tuple(
        Planted(table, key, _EPOCH + timedelta(microseconds=recorded), str(REASONS[reason]))
        for key, recorded, reason in zip(*columns, strict=True)
    )


def _written(settings: ShopSettings, table: str, day: date) -> Rows:
    if table not in EVENTS:
        kind = "a dimension, see snapshot()" if table in DIMENSIONS else "not a table of the shop"
        raise ValueError(f"{table!r} is {kind}; the event tables are {', '.join(EVENTS)}")
    key = business_key(TABLES[table])
    today = _of_day(settings, table, day)
    in_time = np.flatnonzero(_written_on(today, day))
    real = in_time[today[_REASON][in_time] == 0]
    parts = [broken_rows(settings, table, day, today, real)]
    for days in range(1, settings.lateness_days + 1):
        late = _late(settings, table, day - timedelta(days=days))
        parts.append(take(late, _written_on(late, day)))
    _late(settings, table, day)  # cached while the day's rows are available: later days need it
    others = concat(parts)
    keys, recorded = (np.concatenate([today[name][in_time], others[name]]) for name in (key, WRITTEN_AT))
    return take_both(today, in_time, others, np.lexsort((keys, recorded)))


def _written_on(rows: Rows, day: date) -> Flags:
    start = instant(day)
    return (rows[WRITTEN_AT] >= start) & (rows[WRITTEN_AT] < start + DAY)


# One day for each table generated concurrently; its late rows need it again.
@lru_cache(maxsize=4)
def _of_day(settings: ShopSettings, table: str, day: date) -> Rows:
    """Return the rows of the events of the day, including copies, whenever they are written."""
    events = happened(settings, table, day)
    which, recorded, copy = events.written()
    again = which[length(events.rows) :]
    rows = {name: np.concatenate([column, column[again]]) for name, column in events.rows.items()}
    return rows | {WRITTEN_AT: recorded, _REASON: copy * REASONS.index(EXACT_DUPLICATE)}


# Few rows per day. Enough days for the greatest lateness and, at the default, for all event tables in turn.
@lru_cache(maxsize=MOST_LATENESS_DAYS + 10)
def _late(settings: ShopSettings, table: str, day: date) -> Rows:
    """Return the day's rows that are written on later days."""
    rows = _of_day(settings, table, day)
    return take(rows, rows[WRITTEN_AT] >= instant(day) + DAY)
