"""The local warehouse: one DuckDB file, and the atomic replace of a window of a staging table."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Literal

import duckdb
import pyarrow as pa
from dagster import ConfigurableResource
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.warehouse import HEAD_ROWS, Replaced, Writer
from ecommerce_pipeline.schema.dialects import DUCKDB, within
from ecommerce_pipeline.schema.duckdb import create_table

LOCK_WAIT_SECONDS = 600
"""How long to wait for another process to finish its writing: DuckDB admits one writing process."""

_OPEN = RLock()
"""Held while the file is open: a process cannot have it open for writing and for reading only."""

MB_A_THREAD = 128
"""Memory of a load, for each thread of DuckDB's."""


class DuckDBWarehouse(ConfigurableResource):  # type: ignore[type-arg]
    """A DuckDB file; connections are short, because the file is locked while one writes."""

    path: str

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file, waiting for a thread that has it open and for a process that is writing to it.

        Raises:
            PlatformError: The file does not become free in time, is no DuckDB file, or is not there to be read.
        """
        if read_only and not Path(self.path).exists():
            raise PlatformError(f"there is no warehouse at {self.path} yet: `ecommerce-pipeline run` builds it")
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        with _OPEN, self._opened(read_only) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection

    def _opened(self, read_only: bool) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                return duckdb.connect(self.path, read_only=read_only)
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise PlatformError(
                        f"the warehouse {self.path} cannot be opened ({_first_line(error)}): "
                        "`ecommerce-pipeline reset` starts anew"
                    ) from None
                if time.monotonic() > deadline:
                    raise PlatformError(
                        f"the warehouse {self.path} is still locked after {LOCK_WAIT_SECONDS} s "
                        f"({_first_line(error)}): close the program that holds it"
                    ) from None
                time.sleep(0.2)

    @property
    def dialect(self) -> Literal["duckdb"]:
        """The SQL that `query` takes."""
        return "duckdb"

    def parts(self, window: Window | None) -> Sequence[Window | None]:
        """Return the window: any number of days may be replaced at once."""
        return [window]

    def uri(self, layer: str, table: str) -> str:
        """Return the file's path and the table in it; schemas are named like their layers."""
        return f"{self.path}#{layer}.{table}"

    def replace(
        self, table: Table, layer: str, uris: Sequence[str], rows: int, *, window: Window | None, writer: Writer
    ) -> Replaced:
        """Replace the rows written in the window, or all rows, by those of Parquet objects, in one transaction.

        Raises:
            PlatformError: An object is corrupt or holds rows of other days; nothing is changed then.
        """
        name = f'"{layer}"."{table.name}"'
        in_window = within(DUCKDB, window)
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        with self.connect() as connection:
            _load_by_row_group(connection)
            try:
                connection.begin()
                connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
                connection.execute(create_table(table, layer))
                connection.execute(f"DELETE FROM {name} WHERE {in_window}")  # noqa: S608 - names of the contract
                loaded = connection.execute(
                    f"INSERT INTO {name} SELECT {columns} FROM read_parquet(?) WHERE {in_window}",  # noqa: S608
                    [list(uris)],
                ).fetchone()
                if loaded is None or loaded[0] != rows:
                    raise PlatformError(
                        f"{layer}.{table.name}: the objects hold {rows} rows, {loaded and loaded[0]} of them written "
                        f"on {window}: materialize {writer.asset} again, and lake/{table.name} of these days first"
                    )
                connection.commit()
            except duckdb.Error as error:
                raise PlatformError(
                    f"{layer}.{table.name} could not be loaded from {_culprit(uris)} ({_first_line(error)}); the "
                    f"table is as it was. Materialize lake/{table.name} of that day again, then this"
                ) from None
            head = connection.execute(f"FROM {name} WHERE {in_window} LIMIT {HEAD_ROWS}").to_arrow_table()
            total = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
        return Replaced(total[0] if total else 0, head)

    def read(self, table: Table, layer: str, window: Window | None, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a table that were written in the window, or all of them; all columns or some.

        Raises:
            PlatformError: The table is not there.
        """
        with self.connect(read_only=True) as connection:
            try:
                chosen = ", ".join(f'"{name}"' for name in columns or table.columns.keys())
                relation = f'"{layer}"."{table.name}"'
                query = f"SELECT {chosen} FROM {relation} WHERE {within(DUCKDB, window)}"  # noqa: S608 - its own names
                return connection.execute(query).to_arrow_table()
            except duckdb.CatalogException:
                raise PlatformError(
                    f"{layer}.{table.name} is not in {self.path}: materialize {layer}/{table.name} first"
                ) from None

    def schema_of(self, layer: str) -> str:
        """Return the schema that holds the tables of a layer: it has the layer's name."""
        return layer

    def query(self, sql: str) -> pa.Table:
        """Return the rows of a query.

        Raises:
            PlatformError: A table is not there.
        """
        return self.queries([sql])[0]

    def queries(self, statements: Sequence[str]) -> list[pa.Table]:
        """Return the rows of several queries, asked by one connection: to open the file takes longer than to ask.

        Raises:
            PlatformError: A table is not there.
        """
        with self.connect(read_only=True) as connection:
            try:
                return [connection.execute(sql).to_arrow_table() for sql in statements]
            except duckdb.CatalogException as error:
                raise PlatformError(
                    f"{_first_line(error)}: materialize the models first, `ecommerce-pipeline run --job transform`"
                ) from None

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows of every table, by schema and name."""
        with self.connect(read_only=True) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
            ).fetchall()
            union = " UNION ALL ".join(
                f'SELECT {position}, count(*) FROM "{schema}"."{name}"'  # noqa: S608 - names of its own catalog
                for position, (schema, name) in enumerate(tables)
            )
            counts = dict(connection.execute(union).fetchall()) if tables else {}
        return {(schema, name): counts[position] for position, (schema, name) in enumerate(tables)}

    def heads(self, tables: Sequence[tuple[str, str]], rows: int) -> dict[tuple[str, str], pa.Table]:
        """Return the first rows of tables, each given by schema and name."""
        with self.connect(read_only=True) as connection:
            return {
                (schema, name): connection.execute(f'FROM "{schema}"."{name}" LIMIT {rows}').to_arrow_table()
                for schema, name in tables
            }


def _load_by_row_group(connection: duckdb.DuckDBPyConnection) -> None:
    """Let each thread write the row groups it has read, and keep no more in memory than they need.

    In the order of the files, 5,000,000 orders take 1.8 times as long and 2.4 times the memory. A thread needs 125 MB
    at least: https://duckdb.org/docs/stable/guides/performance/environment
    """
    connection.execute("SET preserve_insertion_order = false")
    [(threads, limit)] = connection.execute(
        "SELECT current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit'))"
    ).fetchall()
    connection.execute(f"SET memory_limit = '{min(limit, threads * MB_A_THREAD * 1_000_000)}B'")


def _culprit(uris: Sequence[str]) -> str:
    """Return the object that cannot be read, for an error that names none."""
    with duckdb.connect() as connection:
        for uri in uris:
            try:
                connection.execute("SELECT bit_xor(hash(rows)) FROM read_parquet(?) AS rows", [uri]).fetchall()
            except duckdb.Error:
                return uri
    return f"{uris[0]} and {len(uris) - 1} more"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
