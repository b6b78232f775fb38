"""The shop's PostgreSQL: atomic writes by window or by key, and one streaming read per table and window.

Rows go in by ADBC's binary COPY and come out through DuckDB's PostgreSQL extension, both as Arrow record batches, so
that memory stays constant. What the rows mean is not known here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from dagster import ConfigurableResource
from psycopg import sql
from pydantic import PrivateAttr
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masking import remember
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
from ecommerce_pipeline.resources.postgres.address import LOCAL, Address
from ecommerce_pipeline.resources.postgres.catalog import found_columns, misfits
from ecommerce_pipeline.resources.postgres.ingest import ingest, writing
from ecommerce_pipeline.resources.postgres.scan import scan
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import POSTGRES, within
from ecommerce_pipeline.schema.drift import Doubt, Drift, drift
from ecommerce_pipeline.schema.postgres import create_table, postgres_type
from ecommerce_pipeline.schema.tables import SCHEMA, UPDATED_AT, WRITTEN_AT, business_key
from ecommerce_pipeline.settings.secrets import read_secret

DAY_LOCKS = 32


class PostgresResource(ConfigurableResource):  # type: ignore[type-arg]
    """The source database: the server at `host`, or an embedded one in `embedded_dir` that is started on demand.

    The password of a named server is the secret POSTGRES_PASSWORD, read when connecting; `tls` has libpq's settings.
    """

    embedded_dir: str
    host: str | None = None
    port: int | None = None
    database: str = "ecommerce"
    user: str = "ecommerce"
    tls: dict[str, str] = {"sslmode": "prefer"}  # noqa: RUF012 - pydantic copies it

    _address: Address | None = PrivateAttr(default=None)

    def embedded(self) -> EmbeddedPostgres | None:
        """Return the embedded server, or None where a server is named."""
        return None if self.host else EmbeddedPostgres(Path(self.embedded_dir), self.port)

    def address(self) -> Address:
        """Return where the server is; starts the embedded one if it does not run.

        Raises:
            EmbeddedPostgresError: The embedded server cannot be started.
        """
        embedded = self.embedded()
        if embedded is None:
            password = read_secret("POSTGRES_PASSWORD") or ""
            return Address(str(self.host), self.port or 5432, self.database, self.user, password, self.tls)
        server = embedded.ensure()
        return Address(server.host, server.port, server.database, server.user, remember(server.password), LOCAL)

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
        """Open a connection; commits at the end unless an error leaves the block.

        Raises:
            PlatformError: The server cannot be reached or refuses the login.
        """
        address = self.address()
        with _clear_errors(address), psycopg.connect(address.conninfo, autocommit=autocommit) as connection:
            yield connection

    def create_tables(self, tables: list[Table]) -> None:
        """Create the schema and the tables with keys, indexes and comments where they are not there yet.

        Raises:
            PlatformError: A table of that name is there and does not serve.
        """
        with self.connect() as connection:
            # Two processes that create at once would both find nothing there.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('ecommerce_pipeline.create_tables'))")
            # IF NOT EXISTS asks for the right to make schemas even where there is nothing to make.
            if connection.execute("SELECT to_regnamespace(%s)", [f'"{SCHEMA}"']).fetchone() == (None,):
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
            for table in tables:
                create, *more = create_table(table)
                connection.execute(create.encode())
                _raise_if(drift(table, found_columns(connection, table)).errors, table, connection)
                for statement in more:
                    connection.execute(statement.encode())

    def check_contract(self, table: Table) -> Drift:
        """Check by the catalog that a table found in the database serves the table contract.

        Returns:
            What differs and does no harm, or none as long as the values are such: see `check_values`.

        Raises:
            PlatformError: The table, a column or a column's type does not serve; the message names them all.
        """
        with self.connect() as connection:
            found = drift(table, found_columns(connection, table))
            _raise_if(found.errors, table, connection)
        return found

    def check_values(self, table: Table, doubts: Sequence[Doubt], window: Window | None) -> None:
        """Check that the values of columns wider than the contract fit it, of a window or of all rows.

        Raises:
            PlatformError: Some do not; the message names the columns and the contract's lines to change.
        """
        if doubts:
            with self.connect() as connection:
                _raise_if(misfits(connection, table, doubts, _in_window(window)), table, connection)

    def replace_window(self, table: Table, window: Window, rows: pa.RecordBatchReader) -> int:
        """Replace the rows written in the window by the given ones, in one transaction.

        Returns:
            The number of rows written.

        Raises:
            PlatformError: The server cannot be reached or breaks off; nothing is changed then.
        """
        # Straight into the table: by way of a temporary one, the rows would be written twice. A second writer of a day
        # waits for the first here, and then sees its rows.
        delete = sql.SQL("DELETE FROM {} WHERE {}").format(_identifier(table), _in_window(window))
        with writing(self.address()) as cursor:
            cursor.execute(_locks(table, window).as_string())
            cursor.execute(delete.as_string())
            return ingest(cursor, table.name, rows, db_schema_name=table.schema)

    def upsert(self, table: Table, rows: pa.RecordBatchReader) -> int:
        """Insert or update rows by key in one transaction; a row never gives way to an older version of itself.

        Returns:
            The number of rows given.

        Raises:
            PlatformError: The server cannot be reached or breaks off; nothing is changed then.
        """
        key = sql.Identifier(business_key(table))
        updates = sql.SQL(", ").join(
            sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(column.name))
            for column in table.columns
            if not column.primary_key
        )
        incoming = sql.SQL("CREATE TEMPORARY TABLE incoming (LIKE {}) ON COMMIT DROP").format(_identifier(table))
        insert = sql.SQL(
            "INSERT INTO {table} AS present SELECT * FROM incoming ON CONFLICT ({key}) DO UPDATE SET {updates} "
            "WHERE EXCLUDED.{version} > present.{version}"
        ).format(table=_identifier(table), key=key, updates=updates, version=sql.Identifier(UPDATED_AT))
        with writing(self.address()) as cursor:
            cursor.execute(incoming.as_string())
            count = ingest(cursor, "incoming", rows, temporary=True)
            cursor.execute(insert.as_string())
        return count

    def stream(self, table: Table, window: Window | None = None) -> pa.RecordBatchReader:
        """Read a table with one query: all of it by key, or the rows written in the window in the order of writing.

        Returns:
            A reader of record batches in the contract's Arrow schema; it holds its connection until it is exhausted.

        Raises:
            PlatformError: The server cannot be reached, breaks off while reading, or gives a null that the contract
                rules out.
        """
        query = _ordered_select(table, window).as_string()
        return scan(self.address(), query, arrow_schema(table), f"{table.schema}.{table.name}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; for answers that fit in memory.

        Raises:
            PlatformError: The server cannot be reached, breaks off, or refuses the query.
        """
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def contract_select(self, table: Table) -> str:
        """Return the query of the contract's columns in its types, whatever compatible type the server has."""
        return _select(table).as_string()


def _select(table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(
        sql.SQL("CAST({0} AS {1}) AS {0}").format(sql.Identifier(column.name), sql.SQL(postgres_type(column.type)))
        for column in table.columns
    )
    return sql.SQL("SELECT {} FROM {}").format(columns, _identifier(table))


def _ordered_select(table: Table, window: Window | None) -> sql.Composed:
    key = sql.Identifier(business_key(table))
    select = _select(table)
    if window is None:
        return select + sql.SQL(" ORDER BY {}").format(key)
    written = sql.Identifier(WRITTEN_AT)
    return select + sql.SQL(" WHERE {} ORDER BY {}, {}").format(_in_window(window), written, key)


def _in_window(window: Window | None) -> sql.SQL:
    # Literals, not parameters: ADBC sends parameters by another, slower protocol, and DuckDB takes none.
    return sql.SQL(within(POSTGRES, window))


def _locks(table: Table, window: Window) -> sql.Composed:
    """Return the query that waits for other writers of the window's days, until its transaction ends.

    Days share a few locks, taken in one order by all, so that a long window needs no more of them than the server has.
    """
    shared = sorted({day.toordinal() % DAY_LOCKS for day in window.days()})
    return sql.SQL("SELECT pg_advisory_xact_lock(hashtext({}), day) FROM unnest({}::int[]) AS day").format(
        sql.Literal(f"replace {table}"), sql.Literal(shared)
    )


def _identifier(table: Table) -> sql.Identifier:
    return sql.Identifier(str(table.schema), table.name)


def _raise_if(said: Sequence[str], table: Table, connection: psycopg.Connection) -> None:
    if said:
        where = f"{connection.info.dbname} on {connection.info.host}:{connection.info.port}"
        raise PlatformError(
            f"source table {table.schema}.{table.name} in database {where} does not serve: {'; '.join(said)}. "
            "Mend the table, or give a view of that name with the columns expected (docs/schema_drift.md)."
        )


@contextmanager
def _clear_errors(address: Address) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise address.broken(error) from None
