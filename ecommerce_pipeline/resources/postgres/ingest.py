"""Bulk writes into PostgreSQL from Arrow record batches, by ADBC's binary COPY.

See https://arrow.apache.org/adbc/current/driver/postgresql.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import adbc_driver_manager
import pyarrow as pa

from ecommerce_pipeline.prefetch import ErrorCapturingIterator
from ecommerce_pipeline.resources.postgres.address import Address

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

ROWS_AT_ONCE = 8_192
"""Encoded while PostgreSQL takes those before them: few enough that the first are soon on their way."""


@contextmanager
def writing(address: Address) -> Iterator["adbc.Cursor"]:
    """Open a transaction, committed at the end unless an error leaves the block.

    Raises:
        PlatformError: The server cannot be reached, breaks off or refuses a row; nothing is changed then.
    """
    try:
        with _connected(address.conninfo) as connection, connection.cursor() as cursor:
            yield cursor
            connection.commit()
    except adbc_driver_manager.Error as error:
        raise address.broken(error) from None


def ingest(cursor: "adbc.Cursor", table: str, rows: pa.RecordBatchReader, **place: Any) -> int:
    """Append rows to a table that is there, and return how many they were.

    Args:
        cursor: Of a transaction.
        table: The table's name.
        rows: In the table's columns and types; an error of theirs is raised as it is.
        place: Where the table is: `db_schema_name`, or `temporary`.
    """
    # Cut into smaller ones; no row is copied.
    few = ErrorCapturingIterator(
        batch.slice(start, ROWS_AT_ONCE) for batch in rows for start in range(0, batch.num_rows, ROWS_AT_ONCE)
    )
    given = pa.RecordBatchReader.from_batches(rows.schema, iter(few))
    with few.raise_captured(instead_of=adbc_driver_manager.Error):
        count: int = cursor.adbc_ingest(table, given, mode="append", **place)
    return count


def _connected(conninfo: str) -> "adbc.Connection":
    # It imports pandas, which costs every start of the code location half a second.
    import adbc_driver_postgresql.dbapi as adbc

    return adbc.Connection(_Kept(), adbc_driver_manager.AdbcConnection(_database(conninfo)))


@lru_cache(maxsize=4)
def _database(conninfo: str) -> adbc_driver_manager.AdbcDatabase:
    """Return what the driver knows of a server: it asks for all its types, which takes 25 of 30 ms to connect."""
    import adbc_driver_postgresql

    database: adbc_driver_manager.AdbcDatabase = adbc_driver_postgresql.connect(conninfo)
    return database


class _Kept:
    """What a connection closes with itself in place of the database, which others use after it."""

    def close(self) -> None:
        """Keep it open."""
