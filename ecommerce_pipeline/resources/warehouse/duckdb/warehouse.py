"""The local warehouse: one DuckDB file, and the atomic replace of days of a staging table."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
from dagster import ConfigurableResource, InitResourceContext, get_dagster_logger
from sqlalchemy import Table

from ecommerce_pipeline.errors import NotBuiltError, PlatformError, TransientError, no_memory
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import HEAD_ROWS, Replaced, TableName, Writer
from ecommerce_pipeline.resources.warehouse.duckdb.errors import first_line, warehouse_error
from ecommerce_pipeline.resources.warehouse.duckdb.open_file import OPEN_FILE
from ecommerce_pipeline.resources.warehouse.duckdb.replacement import KEPT, compact
from ecommerce_pipeline.schema.dialects import DUCKDB, Dialect, within
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.duckdb import COLUMNS, create_table, postgres_name
from ecommerce_pipeline.schema.evolution import Evolution, alter_table

MB_PER_THREAD = 128
"""Memory limit of a load per DuckDB thread."""


class DuckDBWarehouse(ConfigurableResource):  # type: ignore[type-arg]
    """A DuckDB file; uses are short, because a writing process locks the file.

    Attributes:
        path: The file.
        place: Where it will be, if it is moved once it is complete.
    """

    path: str
    place: str | None = None

    def setup_for_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002 - the signature overridden
        """Keep the file open between the steps of a run."""
        OPEN_FILE.begin_run()

    def teardown_after_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002
        """Close the file."""
        OPEN_FILE.end_run()

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file, after waiting for other threads and processes that use it.

        Raises:
            PlatformError: The file stays locked, is damaged, or the machine has no space or memory for the work.
            NotBuiltError: The file does not exist and is to be read.
        """
        path = Path(self.path)
        report = get_dagster_logger("warehouse").warning
        try:
            with OPEN_FILE.connection(path, report, read_only=read_only) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                yield connection
        except duckdb.Error as error:
            raise (warehouse_error(path, error) or error) from None

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect of `query`."""
        return DUCKDB

    @property
    def restorable_days(self) -> int:
        """None: `purge` writes the file anew."""
        return 0

    def parts(self, days: Days | None) -> Sequence[Days | None]:
        """Return the days: any number of days can be replaced at once."""
        return [days]

    def layer_location(self, layer: str) -> str:
        """Return the file, and the schema in it."""
        return f"{self.place or self.path}, schema {self.schema_of(layer)}"

    def uri(self, layer: str, table: str, day: str | None = None) -> str:  # noqa: ARG002 - a day has no address
        """Return the file's path and the table in it; each layer is a schema of the same name."""
        return f"{self.place or self.path}#{layer}.{table}"

    def replace(
        self, table: Table, layer: str, uris: Sequence[str], rows: int, *, days: Days | None, writer: Writer
    ) -> Replaced:
        """Replace the rows of the days, or all rows, by those of Parquet objects, in one transaction.

        Raises:
            PlatformError: An object is corrupt or has rows of other days; nothing is changed.
        """
        name = f'"{layer}"."{table.name}"'
        of_days = within(days)
        with self.connect() as connection, _by_row_group(connection):
            try:
                connection.begin()
                connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
                connection.execute(create_table(table, layer))
                connection.execute(f"DELETE FROM {name} WHERE {of_days}")  # noqa: S608 - names of the contract
                loaded = _insert(connection, table, name, uris, of_days)
                if loaded != rows:
                    raise PlatformError(
                        f"{layer}.{table.name}: {loaded} of the {rows} rows in the objects are of these days: "
                        f"materialize {writer.objects_by} of these days again, then {writer.asset}"
                    )
                connection.commit()
            except duckdb.Error as error:
                failed = f"{layer}.{table.name} could not be loaded"
                remedy = f"Materialize {writer.objects_by} of that day again, then {writer.asset}"
                raise _load_error(Path(self.path), uris, error, failed, remedy) from None
            newest = within(days and Days.of_day(days.last))
            head = connection.execute(f"FROM {name} WHERE {newest} LIMIT {HEAD_ROWS}").to_arrow_table()
            total = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
        return Replaced(total[0] if total else 0, head)

    def columns(self, tables: Sequence[TableName]) -> dict[TableName, dict[str, Found]]:
        """Return the columns of those of the tables that exist, by name; types have PostgreSQL's names."""
        found: dict[TableName, dict[str, Found]] = defaultdict(dict)
        with suppress(NotBuiltError), self.connect(read_only=True) as connection:
            for layer, name, column, type_, nullable in connection.execute(COLUMNS).fetchall():
                found[layer, name][column] = Found(postgres_name(type_), nullable)
        return {table: found[table] for table in tables if table in found}

    def alter(self, changes: Mapping[TableName, Evolution]) -> None:
        """Change tables where nothing is lost, all in one transaction.

        Raises:
            PlatformError: A value does not fit the new type; nothing is changed.
        """
        with self.connect() as connection:
            connection.begin()
            for (layer, name), change in changes.items():
                for statement in alter_table(f'"{layer}"."{name}"', change):
                    try:
                        connection.execute(statement)
                    except duckdb.ConversionException as error:
                        raise PlatformError(
                            f"{layer}.{name} cannot follow its new definition ({first_line(error)}); nothing was "
                            "changed. Define a type that holds all values"
                        ) from None
            connection.commit()

    def rewrite(self, table: TableName, values: Mapping[str, str], where: str) -> int:
        """Change rows of a table in place, in one transaction; return how many."""
        layer, name = table
        changes = ", ".join(f'"{column}" = {value}' for column, value in values.items())
        with self.connect() as connection:
            statement = f'UPDATE "{layer}"."{name}" SET {changes} WHERE {where}'  # noqa: S608 - names of the catalog
            [(count,)] = connection.execute(statement).fetchall()
        return int(count)

    def purge(self) -> None:
        """Write all tables to a new file, which has nothing that was deleted, and delete the kept copies.

        Raises:
            PlatformError: Another process holds the file, or the disk has no space for a second one.
        """
        path = Path(self.path)
        for copy in self.kept_copies():
            Path(copy).unlink(missing_ok=True)
        report = get_dagster_logger("warehouse").warning
        with OPEN_FILE.closed(), suppress(NotBuiltError):
            compact(path, report)

    def kept_copies(self) -> Sequence[str]:
        """Return the old files that `rebuild-warehouse` has kept."""
        path = Path(self.path)
        return [str(copy) for copy in sorted(path.parent.glob(f"{path.name}{KEPT}*"))]

    def read(self, table: Table, layer: str, days: Days | None, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a table of the days, or all rows; all columns or some.

        Raises:
            PlatformError: The table does not exist.
        """
        with self.connect(read_only=True) as connection:
            try:
                chosen = ", ".join(f'"{name}"' for name in columns or table.columns.keys())
                relation = f'"{layer}"."{table.name}"'
                query = f"SELECT {chosen} FROM {relation} WHERE {within(days)}"  # noqa: S608 - names of the contract
                return connection.execute(query).to_arrow_table()
            except duckdb.CatalogException:
                raise NotBuiltError(
                    f"{layer}.{table.name} does not exist in {self.path}: materialize {layer}/{table.name} first"
                ) from None

    def schema_of(self, layer: str) -> str:
        """Return the schema of a layer's tables, which has the layer's name."""
        return layer

    def query(self, sql: str) -> pa.Table:
        """Return the rows of a query.

        Raises:
            PlatformError: A table does not exist.
        """
        return self.queries([sql])[0]

    def queries(self, statements: Sequence[str]) -> list[pa.Table]:
        """Return the rows of several queries, on one connection: opening the file takes longer than a query.

        Raises:
            PlatformError: A table does not exist.
        """
        with self.connect(read_only=True) as connection:
            try:
                return [connection.execute(sql).to_arrow_table() for sql in statements]
            except duckdb.CatalogException as error:
                raise NotBuiltError(
                    f"{first_line(error)}: materialize the models first, `ecommerce-pipeline run --job transform`"
                ) from None

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows of every table, by schema and name."""
        with self.connect(read_only=True) as connection:
            tables = connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
            ).fetchall()
            union = " UNION ALL ".join(
                f'SELECT {position}, count(*) FROM "{schema}"."{name}"'  # noqa: S608 - names of DuckDB's catalog
                for position, (schema, name) in enumerate(tables)
            )
            counts = dict(connection.execute(union).fetchall()) if tables else {}
        return {(schema, name): counts[position] for position, (schema, name) in enumerate(tables)}

    def heads(self, tables: Mapping[tuple[str, str], str | None], rows: int) -> dict[tuple[str, str], pa.Table]:
        """Return a few rows of tables, by schema and name, that meet the condition given for each."""
        with self.connect(read_only=True) as connection:
            return {
                (schema, name): connection.execute(
                    f'FROM "{schema}"."{name}" WHERE {condition or "TRUE"} LIMIT {rows}'
                ).to_arrow_table()
                for (schema, name), condition in tables.items()
            }


def _insert(connection: duckdb.DuckDBPyConnection, table: Table, name: str, uris: Sequence[str], of_days: str) -> int:
    """Insert the rows of objects by name; a column that objects lack, older than the contract's line, is null there."""
    if not uris:
        return 0
    objects = "FROM read_parquet(?, union_by_name = true)"
    there = {row[0] for row in connection.execute(f"DESCRIBE SELECT * {objects}", [list(uris)]).fetchall()}
    columns = ", ".join(f'"{column.name}"' for column in table.columns if column.name in there or not column.nullable)
    statement = f"INSERT INTO {name} BY NAME SELECT {columns} {objects} WHERE {of_days}"
    [(count,)] = connection.execute(statement, [list(uris)]).fetchall()
    return int(count)


@contextmanager
def _by_row_group(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """In the block, let each thread write the row groups that it reads, and limit the memory.

    With the order of the files preserved, 5,000,000 orders take 1.8 times as long and 2.4 times the memory. A thread
    needs at least 125 MB: https://duckdb.org/docs/stable/guides/performance/environment
    """
    connection.execute("SET preserve_insertion_order = false")
    [(threads, limit)] = connection.execute(
        "SELECT current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit'))"
    ).fetchall()
    connection.execute(f"SET memory_limit = '{min(limit, threads * MB_PER_THREAD * 1_000_000)}B'")
    yield
    # The settings are those of the open file; after an error it is closed.
    connection.execute("RESET memory_limit")
    connection.execute("RESET preserve_insertion_order")


def _load_error(path: Path, uris: Sequence[str], error: duckdb.Error, failed: str, remedy: str) -> PlatformError:
    """Return the error of a load: of the machine, of an object, or of the warehouse's file.

    Args:
        path: The warehouse's file.
        uris: The objects.
        error: DuckDB's error.
        failed: What failed.
        remedy: What to do about objects that cannot be read.
    """
    fault = warehouse_error(path, error)
    if isinstance(fault, TransientError):
        return fault
    for uri in uris:
        if (reason := _unreadable(uri)) is not None:
            return PlatformError(f"{failed} from {uri} ({reason}); the table is unchanged. {remedy}")
    failed = f"{failed} from {uris[0]} and {len(uris) - 1} more ({first_line(error)}); the table is unchanged."
    if fault is None:
        return PlatformError(f"{failed} {remedy}")
    # An object may have been replaced while it was read.
    return TransientError(f"{failed} Each object can be read now: if this repeats, {fault}")


def _unreadable(uri: str) -> str | None:
    """Return why an object cannot be read, because DuckDB's error may not name it; None if it can.

    Raises:
        TransientError: The machine has no memory for it.
    """
    with duckdb.connect() as connection:
        try:
            connection.execute("SELECT bit_xor(hash(rows)) FROM read_parquet(?) AS rows", [uri]).fetchall()
        except duckdb.OutOfMemoryException as error:
            raise no_memory(f"DuckDB needs more to read {uri}", first_line(error)) from None
        except duckdb.Error as error:
            return first_line(error)
    return None
