"""The lake's objects against the table contract: types, nulls, keys and days, read from the objects themselves."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import duckdb
from sqlalchemy import Table

from ecommerce_pipeline.io_managers.objects import reading_object
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.digest import DUCKDB, within
from ecommerce_pipeline.resources.object_store import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import business_key, kind

ALIKE: Final = frozenset({"large_string", "string_view"})


def breaches(store: ObjectStore, table: Table, window: Window | None) -> Iterator[str]:
    """Yield what is wrong with a table's objects of the window, or with its only one.

    Copies of an event are not wrong: they are sorted out behind staging.

    Raises:
        PlatformError: An object is missing or corrupt.
    """
    days: list[date | None] = [None] if window is None else [*window.days()]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for day in days:
            with reading_object(store, table.name, day.isoformat() if day else None) as batches:
                wrong = list(_types(table, batches.schema))
                if not wrong:
                    connection.register("object", batches)
                    wrong = list(_rows(table, day, connection))
                    connection.unregister("object")
            yield from (f"{table.name} of {day}: {one}" if day else f"{table.name}: {one}" for one in wrong)


def _types(table: Table, found: Any) -> Iterator[str]:
    there = {field.name: field.type for field in found}
    for field in arrow_schema(table):
        if field.name not in there:
            yield f"column {field.name} ({field.type}) is missing"
        elif there[field.name] != field.type and str(there[field.name]) not in ALIKE:
            yield f"column {field.name} is {there[field.name]}, the contract says {field.type}"


def _rows(table: Table, day: date | None, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    counted = {
        f"rows without {column.name}, which must not be null": f'COUNT(*) FILTER ("{column.name}" IS NULL)'
        for column in table.columns
        if not column.nullable
    }
    if kind(table) == "dimension":
        key = business_key(table)
        counted[f"rows whose {key} another row has"] = f'COUNT("{key}") - COUNT(DISTINCT "{key}")'
    elif day:
        counted["rows written on another day"] = f"COUNT(*) FILTER (NOT ({within(DUCKDB, Window.of_day(day))}))"
    answer = connection.execute(f"SELECT {', '.join(counted.values())} FROM object").fetchone()  # noqa: S608
    yield from (f"{count:,} {what}" for what, count in zip(counted, answer or (), strict=True) if count)
