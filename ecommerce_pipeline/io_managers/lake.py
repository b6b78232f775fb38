"""The lake IO manager: one Parquet object per table and day, on any object store.

Stores record batches, Arrow tables and pandas frames. Loads references (`LakeObjects`), `pa.Table` or
`pandas.DataFrame`, as the annotation of the asset's argument asks; only some columns with
`AssetIn(metadata={"columns": [...]})`. See `IOManager` in Dagster's documentation.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext, ResourceDependency

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.io_managers.input_types import as_annotated
from ecommerce_pipeline.io_managers.metadata import (
    PREVIEW_ROWS,
    PREVIEWED_DAYS,
    URI,
    partition_volume,
    preview,
    report,
    volume,
)
from ecommerce_pipeline.lake.batches import by_day, in_groups
from ecommerce_pipeline.lake.objects import (
    AT_ONCE,
    LakeObjects,
    find_objects,
    object_path,
    read_object,
)
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, STAGING, kind

LAKE_IO_MANAGER: Final = "lake_io_manager"
"""The resource key under which assets name it."""

ROW_GROUP_ROWS: Final = 122_880
"""DuckDB's own row group size: a group is a scan's unit of work, and small enough to hold in memory."""


class LakeIOManager(ConfigurableIOManager):
    """Stores an asset `[..., table]` as Parquet objects `<table>[/date=YYYY-MM-DD]/part-0.parquet`."""

    store: ResourceDependency[ObjectStore]

    @retried
    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Write one object per partition of the run, or one object for an asset without partitions.

        Raises:
            PlatformError: The store is full or not writable, or a row is of another day than the run's.
        """
        self.store.clean()
        table = context.asset_key.path[-1]
        keys = partition_keys(context)
        reader = as_reader(table, obj)
        parts = by_day(reader, keys) if keys else [(None, reader)]
        heads = write_objects(self.store, table, reader.schema, parts)
        previews = {key: {"preview": preview(head)} for key, head in heads}
        report(
            context,
            {
                written.partition: {
                    **(partition_volume if keys else volume)(written.rows, written.bytes),
                    URI: MetadataValue.text(written.uri),
                    **previews.get(written.partition, {}),
                }
                for written in self.find(table, keys).objects
            },
        )

    @retried
    def load_input(self, context: InputContext) -> Any:
        """Load the objects of the requested partitions as the argument's annotation asks.

        Raises:
            PlatformError: An object is missing or corrupt; the message names it and the asset that writes it.
        """
        rebuild = context.step_context is not None and REBUILD_TAG in context.step_context.dagster_run.tags
        table, keys = context.asset_key.path[-1], partition_keys(context)
        found = self.find(table, keys, absent_days=rebuild)
        columns = (context.definition_metadata or {}).get("columns")

        def read() -> pa.Table:
            return pa.concat_tables(read_object(self.store, object_, columns) for object_ in found.objects)

        return as_annotated(context, found, read)

    def find(self, table: str, keys: Sequence[str], *, absent_days: bool = False) -> LakeObjects:
        """Return the references to a table's objects: of the given days, or its only one; see `find_objects`."""
        return find_objects(self.store, table, keys, absent_days=absent_days)


def write_objects(
    store: ObjectStore, table: str, schema: pa.Schema, parts: Iterable[tuple[str | None, Iterator[pa.RecordBatch]]]
) -> Iterable[tuple[str | None, pa.Table]]:
    """Write an object of a table for each part; while one is being finished, the next ones are written.

    Returns:
        The first rows of the newest parts.
    """
    heads: deque[tuple[str | None, pa.Table]] = deque(maxlen=PREVIEWED_DAYS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends: deque[Future[None]] = deque()
        for key, batches in parts:
            with ExitStack() as writing:
                file = writing.enter_context(store.writing(object_path(table, key)))
                heads.append((key, write_parquet(file, schema, batches)))
                ends.append(pool.submit(writing.pop_all().close))
            if len(ends) > AT_ONCE:
                ends.popleft().result()
        for end in ends:
            end.result()
    return heads


def write_parquet(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """Write batches to a Parquet file, row group by row group, and return the first rows."""
    head = schema.empty_table()
    # A dictionary of numbers, which rarely repeat, takes as long as all the rest and makes the file larger.
    texts: Any = [field.name for field in schema if pa.types.is_string(field.type)]
    # Decimals as 64-bit integers are written and read 5 % faster than as bytes; BigQuery reads both.
    layout: Any = {"compression": "zstd", "use_dictionary": texts or False, "store_decimal_as_integer": True}
    with pq.ParquetWriter(file, schema, **layout) as writer:
        for group in in_groups(batches, ROW_GROUP_ROWS):
            rows = pa.Table.from_batches(group)
            writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
            if not head.num_rows:
                head = rows.take(list(range(min(PREVIEW_ROWS, rows.num_rows))))  # a slice would keep all rows
            del group, rows  # before the next ones are read
    return head


def partition_keys(context: InputContext | OutputContext) -> list[str]:
    """Return the days that a run reads or writes of an asset, in order; none for a table that is replaced whole."""
    table = STAGING.get(context.asset_key.path[-1])
    whole = table is not None and kind(table) == "dimension"
    return sorted(context.asset_partition_keys) if context.has_asset_partitions and not whole else []


def as_reader(table: str, rows: Any) -> pa.RecordBatchReader:
    """Convert an asset's result to record batches of the table contract, ordered by business day.

    Raises:
        PlatformError: The result is of another type.
    """
    contract = STAGING.get(table)
    schema = None if contract is None else arrow_schema(contract)
    match rows:
        case pa.RecordBatchReader():
            return rows
        case pa.Table():
            rows = rows if schema is None else rows.cast(schema)
        case _ if type(rows).__module__.startswith("pandas."):
            rows = pa.Table.from_pandas(rows, schema=schema, preserve_index=False)
        case _:
            raise PlatformError(
                f"lake/{table} returned {type(rows).__name__}: the lake stores pa.RecordBatchReader, pa.Table and "
                "pandas.DataFrame"
            )
    ordered: pa.Table = rows.sort_by(BUSINESS_DATE) if BUSINESS_DATE in rows.column_names else rows
    return ordered.to_reader()
