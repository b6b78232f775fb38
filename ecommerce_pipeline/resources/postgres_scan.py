"""Streaming reads from PostgreSQL as Arrow record batches, by DuckDB's PostgreSQL extension.

It reads the server's binary COPY at the speed of the wire. The extension comes from a wheel and is loaded from there:
nothing is downloaded, nothing installed into the home directory.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from ecommerce_pipeline.resources.postgres_address import Address

BATCH_ROWS = 65_536


def scan(address: Address, query: str, schema: pa.Schema) -> pa.RecordBatchReader:
    """Run one query on the server and stream its rows in their order.

    Args:
        address: The server.
        query: The SELECT, in PostgreSQL's own SQL.
        schema: What the columns are cast to, by position.

    Raises:
        PlatformError: The server cannot be reached, or breaks off while reading.
    """
    return pa.RecordBatchReader.from_batches(schema, _batches(address, query, schema))


def _batches(address: Address, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.load_extension(str(extension_file()))
        try:
            connection.execute(f"ATTACH {_literal(address.conninfo)} AS shop (TYPE postgres, READ_ONLY)")
            reader = connection.execute(f"FROM postgres_query('shop', {_literal(query)})").to_arrow_reader(BATCH_ROWS)
            for batch in reader:
                yield batch.cast(schema)
        except duckdb.Error as error:
            raise address.broken(error) from None


def extension_file() -> Path:
    """Return the extension's file in its wheel; it is built for one version of DuckDB."""
    folder = Path(str(files("duckdb_extension_postgres_scanner"))) / "extensions" / f"v{duckdb.__version__}"
    return folder / "postgres_scanner.duckdb_extension"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
