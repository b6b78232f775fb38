"""The lake's objects against the table contract: types, nulls, keys and days, read from the objects themselves."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Table

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.digest import DUCKDB
from ecommerce_pipeline.quality.lake_sql import OBJECT_DAY, OBJECTS, ask_objects
from ecommerce_pipeline.resources.object_store import ObjectStore
from ecommerce_pipeline.schema.tables import WRITTEN_AT, business_key, kind

_WRITTEN_ON: Final = DUCKDB.utc_day.format(WRITTEN_AT)


def breaches(store: ObjectStore, table: Table, window: Window | None) -> Iterator[str]:
    """Yield what is wrong with a table's objects of the window, or with its only one.

    Copies of an event are not wrong: they are sorted out behind staging.

    Raises:
        PlatformError: An object is missing or corrupt.
    """
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
