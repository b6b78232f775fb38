"""The lake's objects against the table contract: types, nulls, keys and days, as the objects themselves say.

The statistics in an object's footer rule most of it out; rows are read, and counted, only where they do not. See
https://parquet.apache.org/docs/file-format/metadata
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any, Final

import pyarrow.parquet as pq
from sqlalchemy import Table

from ecommerce_pipeline.lake.objects import AT_ONCE, read_footer
from ecommerce_pipeline.lake.query import OBJECT_DAY, OBJECTS, ask_objects, misfits
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import DUCKDB
from ecommerce_pipeline.schema.tables import WRITTEN_AT, business_key, kind

_WRITTEN_ON: Final = DUCKDB.utc_day.format(WRITTEN_AT)


def breaches(store: ObjectStore, table: Table, window: Window | None) -> Iterator[str]:
    """Yield what is wrong with a table's objects of the window, or with its only one.

    Copies of an event are not wrong: they are sorted out behind staging.

    Raises:
        PlatformError: An object is missing or corrupt.
    """
    if window is None:
        yield from _counted(store, table, None)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        days = list(window.days())
        for day, fine in zip(days, pool.map(partial(_is_fine, store, table), days), strict=True):
            if not fine:
                yield from _counted(store, table, Window.of_day(day))


def _is_fine(store: ObjectStore, table: Table, day: date) -> bool:
    """Return whether the types and statistics of a day's object rule everything out that could be wrong."""
    footer = read_footer(store, table.name, day.isoformat())
    if any(misfits(arrow_schema(table), footer.schema.to_arrow_schema())):
        return False
    groups = (footer.row_group(group) for group in range(footer.num_row_groups))
    return all(_is_ruled_out(table, day, group) for group in groups)


def _is_ruled_out(table: Table, day: date, group: pq.RowGroupMetaData) -> bool:
    columns = (group.column(position) for position in range(group.num_columns))
    told = {column.path_in_schema: column.statistics for column in columns}
    required = (told[column.name] for column in table.columns if not column.nullable)
    if any(statistics is None or statistics.null_count != 0 for statistics in required):
        return False
    written: Any = told[WRITTEN_AT]
    return bool(written.has_min_max and written.min.date() == day == written.max.date())


def _counted(store: ObjectStore, table: Table, window: Window | None) -> Iterator[str]:
    wrong: dict[date | None, list[str]] = {}
    counted = dict(_counts(table))
    query = f"SELECT {OBJECT_DAY}, {', '.join(counted.values())} FROM {OBJECTS} GROUP BY ALL"  # noqa: S608
    for day, *counts in ask_objects(store, table, window, query, wrong.__setitem__):
        found = [f"{count:,} {what}" for what, count in zip(counted, counts, strict=True) if count]
        if found:
            wrong[day] = found
    for day in sorted(wrong, key=str):
        yield from (f"{table.name} of {day}: {one}" if day else f"{table.name}: {one}" for one in wrong[day])


def _counts(table: Table) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if not column.nullable:
            yield (
                f"rows without {column.name}, which must not be null",
                f'COUNT(*) FILTER ("{column.name}" IS NULL)',
            )
    if kind(table) == "dimension":
        key = business_key(table)
        yield f"rows whose {key} another row has", f'COUNT("{key}") - COUNT(DISTINCT "{key}")'
    else:
        yield "rows written on another day", f"COUNT(*) FILTER ({_WRITTEN_ON} <> {OBJECT_DAY})"
