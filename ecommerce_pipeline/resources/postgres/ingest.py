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
from ecommerce_pipeline.resources.postgres.errors import server_error
from ecommerce_pipeline.resources.postgres.lock_waits import lock_waits_reported
from ecommerce_pipeline.resources.postgres.session import ISOLATION, begin, check_session

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

BATCH_ROWS = 8_192
"""Rows encoded while PostgreSQL receives the batch before; small, so that the first batch is sent soon."""


@contextmanager
def writing(address: Address) -> Iterator["adbc.Cursor"]:
    """Open a transaction; it is committed when the block ends without an error.

    Raises:
        PlatformError: The server cannot be reached, closes the connection or rejects a row; nothing is changed.
    """
    try:
        with _connected(address.conninfo) as connection, connection.cursor() as cursor:
            cursor.execute(ISOLATION)
            cursor.execute(begin())
            with lock_waits_reported(address, check_session(address, cursor.fetchone())):
                yield cursor
                connection.commit()
    except adbc_driver_manager.Error as error:
        raise server_error(address, error) from None


def ingest(cursor: "adbc.Cursor", table: str, rows: pa.RecordBatchReader, **target: Any) -> int:
    """Append rows to an existing table, and return their number.

    Args:
        cursor: The cursor of a transaction.
        table: The table's name.
        rows: Rows with the table's columns and types; an error of the reader is raised unchanged.
        target: The table's schema: `db_schema_name`, or `temporary`.
    """
    # Slices copy no rows.
    slices = ErrorCapturingIterator(
        batch.slice(start, BATCH_ROWS) for batch in rows for start in range(0, batch.num_rows, BATCH_ROWS)
    )
    reader = pa.RecordBatchReader.from_batches(rows.schema, iter(slices))
    with slices.raise_captured(instead_of=adbc_driver_manager.Error):
        count: int = cursor.adbc_ingest(table, reader, mode="append", **target)
    return count


def _connected(conninfo: str) -> "adbc.Connection":
    # Importing it takes half a second, because it imports pandas; the code location need not wait for that.
    import adbc_driver_postgresql.dbapi as adbc

    return adbc.Connection(_KeptOpen(), adbc_driver_manager.AdbcConnection(_database(conninfo)))


@lru_cache(maxsize=4)
def _database(conninfo: str) -> adbc_driver_manager.AdbcDatabase:
    """Return the driver's handle of a server, cached: it queries all types, 25 of the 30 ms that connecting takes."""
    import adbc_driver_postgresql

    database: adbc_driver_manager.AdbcDatabase = adbc_driver_postgresql.connect(conninfo)
    return database


class _KeptOpen:
    """Stands in for the database that a connection closes with itself: the cached one is used again."""

    def close(self) -> None:
        """Do nothing."""
