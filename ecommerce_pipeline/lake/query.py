"""SQL about a table's lake objects: they are read in order as one stream, with the day of each beside it."""

from collections.abc import Callable, Generator, Iterator
from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake.batches import in_groups
from ecommerce_pipeline.lake.objects import AT_ONCE, reading_object
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.prefetch import ErrorCapturingIterator, prefetch, prefetch_streams
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema

OBJECTS: Final = "objects"
"""What a query calls the rows of all objects."""
OBJECT_DAY: Final = "object_day"
"""The column with the day of a row's object, whatever the row says; NULL for a table without days."""

BATCH_ROWS: Final = 65_536

_ALIKE: Final = frozenset({"large_string", "string_view"})

Heard = Callable[[date | None, list[str]], None]


def ask_objects(
    store: ObjectStore, table: Table, window: Window | None, query: str, misfit: Heard | None = None
) -> list[tuple[Any, ...]]:
    """Return DuckDB's answer about the objects of a window, or about a table's only one.

    Args:
        store: The lake.
        table: The table's contract; the rows have its types.
        window: The days; None for a table without days.
        query: About `OBJECTS`, which has the contract's columns and `OBJECT_DAY`.
        misfit: Told of an object whose columns are not the contract's, and how; its rows are left out then.

    Raises:
        PlatformError: An object is missing or corrupt, or does not fit and nobody is told.
    """
    days: list[date | None] = [None] if window is None else [*window.days()]
    # With nulls everywhere: to find them is what queries are for.
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(table)])
    told = misfit or _refuse(table)

    def of_day(day: date | None) -> Generator[pa.RecordBatch, None, None]:
        with reading_object(store, table.name, day.isoformat() if day else None) as found:
            if wrong := list(misfits(schema, found.schema)):
                told(day, wrong)
                return
            for batch in found:
                rows = batch.select(schema.names).cast(schema)
                yield rows.append_column(OBJECT_DAY, pa.repeat(pa.scalar(day, pa.date32()), rows.num_rows))

    # DuckDB takes about as long for a batch of a few hundred rows as for a large one.
    groups = in_groups(prefetch_streams(map(of_day, days), AT_ONCE), BATCH_ROWS)
    rows = ErrorCapturingIterator(map(pa.concat_batches, groups))  # type: ignore[attr-defined]
    stamped = schema.append(pa.field(OBJECT_DAY, pa.date32()))
    stream = pa.RecordBatchReader.from_batches(stamped, prefetch(iter(rows)))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register(OBJECTS, stream)
        with rows.raise_captured(instead_of=duckdb.Error):
            return connection.execute(query).fetchall()


def misfits(contract: pa.Schema, found: pa.Schema) -> Iterator[str]:
    """Yield what is wrong with the columns of an object."""
    there = {field.name: field.type for field in found}
    for field in contract:
        if field.name not in there:
            yield f"column {field.name} ({field.type}) is missing"
        elif there[field.name] != field.type and str(there[field.name]) not in _ALIKE:
            yield f"column {field.name} is {there[field.name]}, the contract says {field.type}"


def _refuse(table: Table) -> Heard:
    def refuse(day: date | None, wrong: list[str]) -> None:
        asset = f"lake/{table.name}{f' of {day}' if day else ''}"
        raise PlatformError(f"the object of {asset} does not fit: {'; '.join(wrong)}. Materialize {asset} again")

    return refuse
