"""Streaming reads from PostgreSQL as Arrow record batches, through DuckDB's PostgreSQL extension.

The extension reads the server's binary COPY at the speed of the network. It is loaded from a wheel: nothing is
downloaded, and nothing is installed in the home directory.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from importlib.resources import files
from itertools import chain
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.errors import PlatformError, shortage
from ecommerce_pipeline.prefetch import prefetch
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.errors import server_error
from ecommerce_pipeline.resources.postgres.lock_waits import lock_waits_reported
from ecommerce_pipeline.resources.postgres.session import begin, check_session
from ecommerce_pipeline.resources.warehouse.duckdb.errors import reported_memory_error
from ecommerce_pipeline.schema.drift import CONTRACT

BATCH_ROWS = 32_768
BATCH_BYTES = 64 * 2**20
"""A batch has no more rows or bytes than these, unless a single row is larger."""
BATCHES_AHEAD = 4
"""Batches read while a row group of the lake, of the same number of rows, is written."""
DUCKDB_ROWS = 2_048
"""Rows of DuckDB's own vectors, the least that it reads at once."""


def scan(
    address: Address, query: str, schema: pa.Schema, name: str, rows_per_second: int | None = None
) -> pa.RecordBatchReader:
    """Run one query on the server and stream its rows in order.

    Args:
        address: The server.
        query: The SELECT, in PostgreSQL's SQL.
        schema: The Arrow types that the columns are cast to, by position.
        name: The name of the table, for messages.
        rows_per_second: The most rows to read in a second, on average; None for no limit.

    Raises:
        PlatformError: The server cannot be reached, closes the connection, or returns a null that the schema forbids.
    """
    batches = _batches(address, query, schema, name)
    if rows_per_second:
        batches = _slowed(batches, rows_per_second)
    return pa.RecordBatchReader.from_batches(schema, prefetch(batches, BATCHES_AHEAD))


def _batches(address: Address, query: str, schema: pa.Schema, name: str) -> Generator[pa.RecordBatch, None, None]:
    database = f"shop_{uuid4().hex}"
    try:
        with _duckdb().cursor() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(f"ATTACH {_literal(address.conninfo)} AS {database} (TYPE postgres, READ_ONLY)")
            with _transaction(connection):
                session = check_session(
                    address,
                    connection.execute(
                        _on_server(database, begin(statement_seconds=address.statement_seconds))
                    ).fetchone(),
                )
                with lock_waits_reported(address, session):
                    rows = connection.execute(_on_server(database, query))
                    groups = _groups(rows.to_arrow_reader(DUCKDB_ROWS))
                    for batch in map(pa.concat_batches, groups):  # type: ignore[attr-defined]
                        _check_nulls(batch, schema, name)
                        yield batch.cast(schema)
    # PyArrow raises an OSError for what fails while batches are read.
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise (shortage(error) or reported_memory_error(str(error)) or server_error(address, error)) from None
    finally:
        with _duckdb().cursor() as connection:
            connection.execute(f"DETACH DATABASE IF EXISTS {database}")


def _slowed(
    batches: Generator[pa.RecordBatch, None, None], rows_per_second: int
) -> Generator[pa.RecordBatch, None, None]:
    """Yield the batches no faster than the rate; the server waits, because a full connection takes no more rows."""
    began, rows = monotonic(), 0
    with closing(batches):
        for batch in batches:
            yield batch
            rows += batch.num_rows
            sleep(max(0.0, began + rows / rows_per_second - monotonic()))


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Use one connection to the server for all queries of the block."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        # Closing a DuckDB connection would roll back too, but ends the process if the server has gone.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")


@cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    """Return an empty DuckDB for this process: loading the extension takes longer than reading a small table."""
    # One thread: a second one reads no faster, and waiting for it takes a third of a processor. The extension counts as
    # unsigned because checking its signature takes 55 of the 57 ms of loading; pip has verified the wheel's hash.
    connection = duckdb.connect(config={"threads": 1, "allow_unsigned_extensions": True})
    # Texts with offsets of 64 bits: a vector of long ones has more than 2 GiB.
    connection.execute("SET GLOBAL arrow_large_buffer_size = true")
    connection.load_extension(str(extension_file()))
    return connection


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Yield the rows in groups of BATCH_ROWS, or of fewer if these have more than BATCH_BYTES."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in chain.from_iterable(map(_pieces, batches)):
        if held and (rows + batch.num_rows > BATCH_ROWS or size + batch.nbytes > BATCH_BYTES):
            yield held
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if held:
        yield held


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.num_rows < 2 or batch.nbytes <= BATCH_BYTES:  # noqa: PLR2004 - a single row cannot be cut
        yield batch
        return
    half = batch.num_rows // 2
    yield from _pieces(batch.slice(0, half))
    yield from _pieces(batch.slice(half))


def _check_nulls(batch: pa.RecordBatch, schema: pa.Schema, name: str) -> None:
    for field, column in zip(schema, batch.columns, strict=True):
        if column.null_count and not field.nullable:
            row = batch.slice(pc.index(column.is_null(), True).as_py(), 1).to_pylist()[0]
            key, value = next(iter(row.items()))
            raise PlatformError(
                f"column {field.name} of {name} has nulls, which the contract forbids, for example where {key} = "
                f"{value}: fill them in, or allow them with `null=True` in {CONTRACT}. No partial data was written."
            )


def extension_file() -> Path:
    """Return the extension's file in the wheel; an extension is built for one version of DuckDB."""
    folder = Path(str(files("duckdb_extension_postgres_scanner"))) / "extensions" / f"v{duckdb.__version__}"
    return folder / "postgres_scanner.duckdb_extension"


def _on_server(database: str, query: str) -> str:
    return f"FROM postgres_query('{database}', {_literal(query)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
