"""SQL queries over a table's lake objects, which DuckDB reads as one stream of rows with the day of each object."""

from collections.abc import Callable, Generator, Iterator
from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake.batches import in_groups
from ecommerce_pipeline.lake.objects import AT_ONCE, reading_object
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.prefetch import ErrorCapturingIterator, prefetch, prefetch_streams
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema

OBJECTS: Final = "objects"
"""The relation that a query names: the rows of all objects."""
OBJECT_DAY: Final = "object_day"
"""A column with the day of a row's object, which can differ from the row's own; NULL for a table without days."""

BATCH_ROWS: Final = 65_536

_TEXT_TYPES: Final = frozenset({"large_string", "string_view"})
"""Types that other writers give to text; they are cast."""

MismatchHandler = Callable[[date | None, list[str]], None]
"""Takes the day of an object and the differences of its columns from the contract."""


def query_objects(
    store: ObjectStore, table: Table, days: Days | None, query: str, on_mismatch: MismatchHandler | None = None
) -> list[tuple[Any, ...]]:
    """Query the objects of days, or a table's only object, with DuckDB.

    Args:
        store: The lake.
        table: The table's contract; the rows have its types.
        days: The days; None for a table without days.
        query: On `OBJECTS`, which has the contract's columns and `OBJECT_DAY`.
        on_mismatch: Called for an object whose columns differ from the contract; its rows are left out then.

    Raises:
        PlatformError: An object is missing or corrupt, or differs from the contract and `on_mismatch` is None.
    """
    wanted: list[date | None] = [None] if days is None else [*days]
    # Every column is nullable, so that a query can find nulls where the contract forbids them.
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(table)])
    report = on_mismatch or _refuse(table)

    def of_day(day: date | None) -> Generator[pa.RecordBatch, None, None]:
        with reading_object(store, table.name, day.isoformat() if day else None) as found:
            if differences := list(schema_differences(schema, found.schema)):
                report(day, differences)
                return
            for batch in found:
                rows = batch.select(schema.names).cast(schema)
                yield rows.append_column(OBJECT_DAY, pa.repeat(pa.scalar(day, pa.date32()), rows.num_rows))

    # Large batches: DuckDB takes about as long for one of a few hundred rows.
    groups = in_groups(prefetch_streams(map(of_day, wanted), AT_ONCE), BATCH_ROWS)
    rows = ErrorCapturingIterator(map(pa.concat_batches, groups))  # type: ignore[attr-defined]
    stamped = schema.append(pa.field(OBJECT_DAY, pa.date32()))
    stream = pa.RecordBatchReader.from_batches(stamped, prefetch(iter(rows)))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register(OBJECTS, stream)
        with rows.raise_captured(instead_of=duckdb.Error):
            return connection.execute(query).fetchall()


def schema_differences(contract: pa.Schema, found: pa.Schema) -> Iterator[str]:
    """Yield the differences of an object's columns from the contract."""
    types = {field.name: field.type for field in found}
    for field in contract:
        if field.name not in types:
            yield f"column {field.name} ({field.type}) is missing"
        elif types[field.name] != field.type and str(types[field.name]) not in _TEXT_TYPES:
            yield f"column {field.name} is {types[field.name]}, the contract says {field.type}"


def _refuse(table: Table) -> MismatchHandler:
    def refuse(day: date | None, differences: list[str]) -> None:
        asset = f"lake/{table.name}{f' of {day}' if day else ''}"
        raise PlatformError(
            f"the object of {asset} does not match the contract: {'; '.join(differences)}. Materialize {asset} again"
        )

    return refuse
