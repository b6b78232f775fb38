"""The lake's objects against the table contract: types, nulls, keys and days.

The statistics in an object's footer mostly rule out a breach; rows are read and counted only where they do not. See
https://parquet.apache.org/docs/file-format/metadata
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import Table

from ecommerce_pipeline.lake.objects import AT_ONCE, read_footer
from ecommerce_pipeline.lake.query import OBJECT_DAY, OBJECTS, query_objects, schema_differences
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, business_key, kind


def breaches(store: ObjectStore, table: Table, days: Days | None) -> Iterator[str]:
    """Yield the breaches of the contract in a table's objects of the days, or in its only object.

    Copies of an event are no breach: dbt removes them after staging.

    Raises:
        PlatformError: An object is missing or corrupt.
    """
    if days is None:
        yield from _counted(store, table, None)
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for day, valid in zip(days, pool.map(partial(_is_valid, store, table), days), strict=True):
            if not valid:
                yield from _counted(store, table, Days.of_day(day))


def _is_valid(store: ObjectStore, table: Table, day: date) -> bool:
    """Return whether the types and statistics of a day's object rule out every breach."""
    footer = read_footer(store, table.name, day.isoformat())
    if any(schema_differences(arrow_schema(table), footer.schema.to_arrow_schema())):
        return False
    groups = (footer.row_group(group) for group in range(footer.num_row_groups))
    return all(_is_valid_group(table, day, group) for group in groups)


def _is_valid_group(table: Table, day: date, group: pq.RowGroupMetaData) -> bool:
    columns = (group.column(position) for position in range(group.num_columns))
    statistics_of = {column.path_in_schema: column.statistics for column in columns}
    required = (statistics_of[column.name] for column in table.columns if not column.nullable)
    if any(statistics is None or statistics.null_count != 0 for statistics in required):
        return False
    days: Any = statistics_of[BUSINESS_DATE]
    return bool(days.has_min_max and days.min == day == days.max)


def _counted(store: ObjectStore, table: Table, days: Days | None) -> Iterator[str]:
    by_day: dict[date | None, list[str]] = {}
    expressions = dict(_expressions(table))
    query = f"SELECT {OBJECT_DAY}, {', '.join(expressions.values())} FROM {OBJECTS} GROUP BY ALL"  # noqa: S608
    for day, *counts in query_objects(store, table, days, query, by_day.__setitem__):
        found = [f"{count:,} {breach}" for breach, count in zip(expressions, counts, strict=True) if count]
        if found:
            by_day[day] = found
    for day in sorted(by_day, key=str):
        yield from (f"{table.name} of {day}: {one}" if day else f"{table.name}: {one}" for one in by_day[day])


def _expressions(table: Table) -> Iterator[tuple[str, str]]:
    """Yield each kind of breach with the SQL expression that counts its rows."""
    for column in table.columns:
        if not column.nullable:
            yield (
                f"rows without {column.name}, which must not be null",
                f'COUNT(*) FILTER ("{column.name}" IS NULL)',
            )
    if kind(table) == "dimension":
        key = business_key(table)
        yield f"rows with a {key} that another row has too", f'COUNT("{key}") - COUNT(DISTINCT "{key}")'
    else:
        yield "rows of another day", f"COUNT(*) FILTER ({BUSINESS_DATE} <> {OBJECT_DAY})"
