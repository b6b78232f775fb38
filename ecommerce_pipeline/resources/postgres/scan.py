"""Streaming reads from PostgreSQL as Arrow record batches, by DuckDB's PostgreSQL extension.

It reads the server's binary COPY at the speed of the wire. The extension comes from a wheel and is loaded from there:
nothing is downloaded, nothing installed into the home directory.
"""

from collections.abc import Generator
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.prefetch import prefetch
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.schema.drift import CONTRACT

BATCH_ROWS = 32_768
BATCHES_AHEAD = 4
"""So many are read while a row group of the lake's, which is as many again, is written."""


def scan(address: Address, query: str, schema: pa.Schema, name: str) -> pa.RecordBatchReader:
    """Run one query on the server and stream its rows in their order.

    Args:
        address: The server.
        query: The SELECT, in PostgreSQL's own SQL.
        schema: What the columns are cast to, by position.
        name: What the rows are, for messages.

    Raises:
        PlatformError: The server cannot be reached, breaks off while reading, or gives a null that the schema rules
            out.
    """
    return pa.RecordBatchReader.from_batches(schema, prefetch(_batches(address, query, schema, name), BATCHES_AHEAD))


def _batches(address: Address, query: str, schema: pa.Schema, name: str) -> Generator[pa.RecordBatch, None, None]:
    shop = f"shop_{uuid4().hex}"
    try:
        with _duckdb().cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH {_literal(address.conninfo)} AS {shop} (TYPE postgres, READ_ONLY)")
            reader = connection.execute(f"FROM postgres_query('{shop}', {_literal(query)})").to_arrow_reader(BATCH_ROWS)
            for batch in reader:
                _check_nulls(batch, schema, name)
                yield batch.cast(schema)
    except duckdb.Error as error:
        raise address.broken(error) from None
    finally:
        with _duckdb().cursor() as connection:
            connection.execute(f"DETACH DATABASE IF EXISTS {shop}")


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """Return the process's own DuckDB, which holds nothing: loading the extension takes longer than a small table."""
    # One thread: a second one reads no faster, and who waits for it spins for a third of the processor's time. pip has
    # proved the wheel by its hash: proving the file's signature as well takes 55 of the 57 ms that loading it takes.
    connection = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    connection.load_extension(str(extension_file()))
    return connection


def _check_nulls(batch: pa.RecordBatch, schema: pa.Schema, name: str) -> None:
    for field, column in zip(schema, batch.columns, strict=True):
        if column.null_count and not field.nullable:
            row = batch.slice(pc.index(column.is_null(), True).as_py(), 1).to_pylist()[0]
            key, value = next(iter(row.items()))
            raise PlatformError(
                f"column {field.name} of {name} holds nulls, which the contract rules out, for example where {key} = "
                f"{value}: fill them in, or allow them by `null=True` in {CONTRACT}. Nothing is half written."
            )


def extension_file() -> Path:
    """Return the extension's file in its wheel; it is built for one version of DuckDB."""
    folder = Path(str(files("duckdb_extension_postgres_scanner"))) / "extensions" / f"v{duckdb.__version__}"
    return folder / "postgres_scanner.duckdb_extension"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
