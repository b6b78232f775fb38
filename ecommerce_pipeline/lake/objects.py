"""References to lake objects, which lake assets return so that a warehouse loads the objects itself."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from ecommerce_pipeline.errors import NotBuiltError, PlatformError, shortage
from ecommerce_pipeline.resources.object_store.base import ObjectStore

OBJECT_NAME = "part-0.parquet"

AT_ONCE = 4
"""Objects read or finished in parallel: each waits for the disk or the bucket, and a range of days has many."""


@dataclass(frozen=True)
class LakeObject:
    """One Parquet object: all rows of a table, or those written on one day."""

    table: str
    partition: str | None
    uri: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class LakeObjects:
    """The objects of one table that a run asked for, in the order of their partitions."""

    table: str
    objects: tuple[LakeObject, ...]

    @property
    def uris(self) -> list[str]:
        """The objects' addresses."""
        return [object_.uri for object_ in self.objects]

    @property
    def rows(self) -> int:
        """Rows in all objects."""
        return sum(object_.rows for object_ in self.objects)

    @property
    def bytes(self) -> int:
        """Size of all objects, bytes."""
        return sum(object_.bytes for object_ in self.objects)


def object_path(table: str, partition: str | None) -> str:
    """Return the path of an object under the lake's root: an interface to other tools.

    >>> object_path("sessions", "2026-03-01")
    'sessions/date=2026-03-01/part-0.parquet'
    >>> object_path("customers", None)
    'customers/part-0.parquet'
    """
    return f"{table}/date={partition}/{OBJECT_NAME}" if partition else f"{table}/{OBJECT_NAME}"


def split_path(path: str) -> tuple[str, str | None]:
    """Return the table and the partition that an object's path names: the inverse of `object_path`.

    >>> split_path("sessions/date=2026-03-01/part-0.parquet")
    ('sessions', '2026-03-01')
    >>> split_path("customers/part-0.parquet")
    ('customers', None)
    >>> split_path("forecast/sales_daily/date=2026-03-01/part-0.parquet")
    ('forecast/sales_daily', '2026-03-01')
    """
    folder, _, _ = path.rpartition("/")
    table, _, partition = folder.partition("/date=")
    return table, partition or None


def find_object(store: ObjectStore, table: str, partition: str | None) -> LakeObject:
    """Return the reference to an object.

    Raises:
        PlatformError: The object does not exist or is not a readable Parquet file.
    """
    with _opened(store, table, partition) as file:
        size = file.seek(0, SEEK_END)
        rows = pq.read_metadata(file).num_rows
    return LakeObject(table, partition, store.uri(object_path(table, partition)), rows, size)


def find_objects(store: ObjectStore, table: str, keys: Sequence[str], *, absent_days: bool = False) -> LakeObjects:
    """Return the references to a table's objects: of the given days, or its only one.

    Args:
        store: The lake.
        table: The table.
        keys: Its days; none for a table that is replaced whole.
        absent_days: Whether an object may be absent.

    Raises:
        PlatformError: An object does not exist or is corrupt.
    """

    def find(partition: str | None) -> LakeObject | None:
        try:
            return find_object(store, table, partition)
        except NotBuiltError:
            if absent_days:
                return None
            raise

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return LakeObjects(table, tuple(filter(None, pool.map(find, keys or [None]))))


def read_footer(store: ObjectStore, table: str, partition: str | None) -> pq.FileMetaData:
    """Read an object's footer: its columns, and their statistics for each row group.

    Raises:
        PlatformError: The object does not exist or is not a readable Parquet file.
    """
    with _opened(store, table, partition) as file:
        return pq.read_metadata(file)


def read_object(store: ObjectStore, object_: LakeObject, columns: Sequence[str] | None = None) -> pa.Table:
    """Read the rows of an object, all columns or some.

    Raises:
        PlatformError: The object is not a readable Parquet file or lacks a column.
    """
    with _opened(store, object_.table, object_.partition) as file:
        known = pq.read_schema(file).names
        unknown = [name for name in columns or () if name not in known]
        if unknown:
            raise PlatformError(f"lake/{object_.table} has no column {', '.join(unknown)}: it has {', '.join(known)}")
        file.seek(0)
        return pq.read_table(file, columns=columns if columns is None else list(columns))


@contextmanager
def reading_object(store: ObjectStore, table: str, partition: str | None) -> Iterator[pa.RecordBatchReader]:
    """Open an object as a stream of record batches, with constant memory.

    Raises:
        PlatformError: The object does not exist or is not a readable Parquet file.
    """
    with _opened(store, table, partition) as file:
        parquet = pq.ParquetFile(file)
        yield pa.RecordBatchReader.from_batches(parquet.schema_arrow, _batches(parquet))


def _batches(parquet: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    # One row group at a time: in one call for all of them, PyArrow keeps what it has read until the end.
    for group in range(parquet.num_row_groups):
        yield from parquet.iter_batches(row_groups=[group])


@contextmanager
def _opened(store: ObjectStore, table: str, partition: str | None) -> Iterator[IO[bytes]]:
    path = object_path(table, partition)
    try:
        with store.reading(path) as file:
            yield file
    except FileNotFoundError:
        asset = f"{_asset(table)}{_of(partition)}"
        raise NotBuiltError(f"{asset} has no object at {store.uri(path)}: materialize {asset} first") from None
    except (pa.ArrowException, OSError) as error:
        if shortage(error):
            raise
        asset, reason = f"{_asset(table)}{_of(partition)}", " ".join(str(error).split())
        # PyArrow's own OSErrors, for what it cannot decode, have no number.
        if isinstance(error, OSError) and error.errno:
            raise PlatformError(f"the object {store.uri(path)} cannot be read ({reason}): make it readable") from None
        raise PlatformError(f"the object {store.uri(path)} is corrupt ({reason}): materialize {asset} again") from None


def _asset(table: str) -> str:
    """Return the asset whose objects these are: of the lake, or of the layer that its path begins with."""
    return table if "/" in table else f"lake/{table}"


def _of(partition: str | None) -> str:
    return f" of {partition}" if partition else ""
