"""The shop's PostgreSQL as a Dagster resource: atomic writes by days or key, and streaming reads.

Rows are written through ADBC's binary COPY and read through DuckDB's PostgreSQL extension, both as Arrow record
batches, so that memory stays constant. The meaning of the rows is not known here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from dagster import ConfigurableResource, ResourceDependency
from psycopg import sql
from pydantic import PrivateAttr
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.mapping import mapping_of
from ecommerce_pipeline.masking import remember
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.embedded_postgres.server import EmbeddedPostgres
from ecommerce_pipeline.resources.forgotten.persons import Forgotten, read_forgotten
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.address import LOCAL, Address
from ecommerce_pipeline.resources.postgres.apply import apply, create_records
from ecommerce_pipeline.resources.postgres.business_days import contract_rows_of, ordered_rows_of, rows_of
from ecommerce_pipeline.resources.postgres.catalog import found_columns, misfits
from ecommerce_pipeline.resources.postgres.errors import server_error
from ecommerce_pipeline.resources.postgres.first_orders import first_orders_query
from ecommerce_pipeline.resources.postgres.indexes import has_no_time_of_change, unindexed
from ecommerce_pipeline.resources.postgres.ingest import writing
from ecommerce_pipeline.resources.postgres.lock_waits import lock_waits_reported
from ecommerce_pipeline.resources.postgres.relations import Relations, relations
from ecommerce_pipeline.resources.postgres.replica import wait_for_replay
from ecommerce_pipeline.resources.postgres.scan import scan
from ecommerce_pipeline.resources.postgres.session import begin, check_session
from ecommerce_pipeline.resources.postgres.special_values import special_values
from ecommerce_pipeline.resources.postgres.survey import missing
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.drift import Drift, drift
from ecommerce_pipeline.schema.personal import PersonalData
from ecommerce_pipeline.schema.postgres import add_columns, create_table
from ecommerce_pipeline.schema.tables import ORDERS, SCHEMA, TABLES, first_orders, staged
from ecommerce_pipeline.settings.secrets import read_person_key, read_secret


class PostgresResource(ConfigurableResource):  # type: ignore[type-arg]
    """The source database: the server at `host`, or an embedded server in `embedded_dir`, started on demand.

    The password of `host` is the secret POSTGRES_PASSWORD, read when connecting. `tls` has libpq's TLS parameters.
    `time_zone` is that of business days. `mapping` names a pack or a folder whose queries take the place of tables: no
    other table is read then. `personal_data` says whether personal values are read; `lake` has the list of the persons
    of whom none are. Pseudonyms of guests have the secret PERSON_KEY_SECRET as their key, or the one that the file
    `person_key` keeps. `statement_seconds` and `rows_per_second` limit what reading takes of `host`.
    """

    embedded_dir: str
    host: str | None = None
    port: int | None = None
    database: str = "ecommerce"
    user: str = "ecommerce"
    tls: dict[str, str] = {"sslmode": "prefer"}  # noqa: RUF012 - pydantic copies it
    time_zone: str = "UTC"
    mapping: str | None = None
    personal_data: PersonalData = "keep"
    lake: ResourceDependency[ObjectStore | None] = None  # type: ignore[assignment]
    person_key: str | None = None
    statement_seconds: int = 0
    rows_per_second: int | None = None

    _address: Address | None = PrivateAttr(default=None)
    _mapped: dict[str, str] | None = PrivateAttr(default=None)
    _forgotten: Forgotten | None = PrivateAttr(default=None)

    def embedded(self) -> EmbeddedPostgres | None:
        """Return the embedded server, or None if `host` is set."""
        return None if self.host else EmbeddedPostgres(Path(self.embedded_dir), self.port)

    def address(self) -> Address:
        """Return the server's address; the embedded server is started if it does not run.

        Raises:
            EmbeddedPostgresError: The embedded server cannot be started.
        """
        embedded = self.embedded()
        if embedded is None:
            password = read_secret("POSTGRES_PASSWORD") or ""
            login = (str(self.host), self.port or 5432, self.database, self.user, password)
            return Address(*login, self.tls, self.statement_seconds)
        # Logging in, as `ensure` does, takes 10 ms: not again while the same server runs.
        status = embedded.status()
        if not (self._address and status.running and status.port == self._address.port):
            server = embedded.ensure()
            self._address = Address(
                server.host, server.port, server.database, server.user, remember(server.password), LOCAL
            )
        return self._address

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[psycopg.Connection]:
        """Open a connection; it commits when the block ends without an error.

        Raises:
            PlatformError: The server cannot be reached or rejects the login.
        """
        address = self.address()
        # A pooler gives each transaction another connection, which does not have the prepared statements.
        with (
            _clear_errors(address),
            psycopg.connect(address.conninfo, autocommit=autocommit, prepare_threshold=None) as connection,
        ):
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            row = connection.execute(
                begin(statement_seconds=address.statement_seconds, transaction=not autocommit).encode()
            ).fetchone()
            with lock_waits_reported(address, check_session(address, row)):
                yield connection

    def create_tables(self, tables: list[Table]) -> None:
        """Create the schema, the tables with keys, indexes and comments, and nullable columns, if they do not exist.

        Raises:
            PlatformError: A table of that name exists and does not fit the contract.
        """
        with self.connect() as connection:
            # Two processes at once would both find no table, and both create it.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('ecommerce_pipeline.create_tables'))")
            # CREATE SCHEMA IF NOT EXISTS needs the right to create schemas even if the schema exists.
            if connection.execute("SELECT to_regnamespace(%s)", [f'"{SCHEMA}"']).fetchone() == (None,):
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
            for record in create_records():
                connection.execute(record)
            for table in tables:
                create, *more = create_table(table)
                connection.execute(create.encode())
                found = found_columns(connection, table)
                # A view, of whose columns it is not known whether they are nullable, is not ours to change.
                if all(column.nullable is not None for column in found.values()):
                    for statement in add_columns(table, found):
                        connection.execute(statement.encode())
                left = drift(table, found_columns(connection, table))
                # What a source may lack, an application that writes the rows may not.
                lacking = [f"column {name} is missing" for name in left.absent]
                _raise_if([*left.errors, *lacking], table, connection)
                for statement in more:
                    connection.execute(statement.encode())

    def check_contract(self, table: Table) -> Drift:
        """Check in the catalog that the table in the database fits the contract.

        Returns:
            The differences that do no harm, or none provided that the values fit: see `extract`.

        Raises:
            PlatformError: The table, a column or a column's type does not fit; the message names all of them.
        """
        with self.connect() as connection:
            differences = drift(table, self.relations(connection, table)[table.name].found)
            _raise_if(differences.errors, table, connection)
        return differences

    def missing(self, tables: Sequence[Table]) -> list[str]:
        """Return what the database lacks to be read, a line each: see `survey`.

        Raises:
            PlatformError: The server cannot be reached or rejects the login.
        """
        with self.connect() as connection:
            return missing(connection, self._relations(connection, tables))

    def slow_and_untimed(self, tables: Sequence[Table]) -> tuple[list[str], list[str]]:
        """Return the remedies of conditions that no index answers, and the tables without a time of change.

        See `indexes`; the tables fit the contract and can be read.

        Raises:
            PlatformError: The server cannot be reached or rejects the login.
        """
        with self.connect() as connection:
            source = self._relations(connection, tables).values()
            return (
                [line for relation in source for line in unindexed(connection, relation)],
                [relation.table.name for relation in source if has_no_time_of_change(connection, relation)],
            )

    def extract(self, table: Table, days: Days | None) -> tuple[Drift, pa.RecordBatchReader]:
        """Check that the table and its values fit the contract, and read it; of a replica, once it has all rows.

        Returns:
            The differences that do no harm, and the rows: see `stream`.

        Raises:
            PlatformError: The table or values do not fit; the message names all columns with their remedies.
            TransientError: The server is a replica that lags.
        """
        with self.connect() as connection:
            source = self.relations(connection, table)
            differences = drift(table, source[table.name].found)
            _raise_if(differences.errors, table, connection)
            wait_for_replay(connection, self.address())
            rows = rows_of(table.name, source, days, self.time_zone)
            wrong = special_values(connection, source[table.name], rows)
            _raise_if(wrong + misfits(connection, table, differences.doubts, rows), table, connection)
        return differences, self._scanned(table, source, days)

    def relations(self, connection: psycopg.Connection, table: Table | None = None) -> Relations:
        """Look up how the source has its tables, or a table and the orders that its rows may be parts of."""
        wanted = TABLES if table is None else {ORDERS: TABLES[ORDERS], table.name: table}
        return self._relations(connection, [*wanted.values()])

    def _relations(self, connection: psycopg.Connection, tables: Sequence[Table]) -> Relations:
        if self._forgotten is None:
            # Once: `forget` waits for the runs that have begun.
            secret = read_person_key(Path(self.person_key) if self.person_key else None)
            self._forgotten = read_forgotten(self.lake, secret) if self.lake else Forgotten((), secret)
        return relations(connection, self._queries(connection), tables, self.personal_data, self._forgotten)

    def _queries(self, connection: psycopg.Connection) -> Mapping[str, str]:
        """Return the queries that take the place of tables, by name."""
        if self._mapped is None:
            self._mapped = dict(mapping_of(connection, self.mapping)) if self.mapping else {}
        return self._mapped

    def write(self, table: Table, rows: pa.RecordBatchReader, deleted: Callable[[], pa.Table], days: Days) -> int:
        """Insert or update rows by key, and delete others, in one transaction: see `apply`.

        Args:
            table: The table, which exists.
            rows: The rows.
            deleted: Called when the rows have been read; returns the keys to delete, see `apply`.
            days: The days of the application's life that are written, for `written_days`.

        Returns:
            The number of rows read.

        Raises:
            PlatformError: The server cannot be reached or closes the connection; nothing is changed.
        """
        with writing(self.address()) as cursor:
            return apply(cursor, table, rows, deleted, days)

    def stream(self, table: Table, days: Days | None = None) -> pa.RecordBatchReader:
        """Read a table with one query: all rows ordered by key, or those of business days ordered by day.

        Returns:
            A reader of record batches in the Arrow schema of the staged contract; its connection stays open until all
            are read.

        Raises:
            PlatformError: The server cannot be reached, closes the connection, or returns a null that the contract
                forbids.
        """
        with self.connect() as connection:
            source = self.relations(connection, table)
        return self._scanned(table, source, days)

    def _scanned(self, table: Table, source: Relations, days: Days | None) -> pa.RecordBatchReader:
        query = ordered_rows_of(table.name, source, days, self.time_zone).as_string()
        return scan(
            self.address(), query, arrow_schema(staged(table)), f"{table.schema}.{table.name}", self.rows_per_second
        )

    def first_orders(self, before: date, *, guests: bool, approved: Sequence[str]) -> pa.RecordBatchReader:
        """Read each person's first order before a business day: see `first_orders_query`.

        Raises:
            PlatformError: The server cannot be reached, closes the connection, or rejects the query.
        """
        with self.connect() as connection:
            source = self.relations(connection)
        query = first_orders_query(source, before, self.time_zone, guests=guests, approved=approved)
        return scan(self.address(), query.as_string(), arrow_schema(first_orders), "first_orders", self.rows_per_second)

    def ask(self, table: Table, days: Days | None, query: Callable[[str], str]) -> list[tuple[Any, ...]]:
        """Return the rows of a query about days of a table; of a replica, once it has all rows.

        Args:
            table: The contract.
            days: The days; None for all rows.
            query: Called with a relation that has the rows, see `contract_select`; returns the query, for results that
                fit in memory.

        Raises:
            PlatformError: The server cannot be reached, closes the connection, or rejects the query; or a value is one
                that neither the lake nor a warehouse can hold.
            TransientError: The server is a replica that lags.
        """
        with self.connect() as connection:
            wait_for_replay(connection, self.address())
            source = self.relations(connection, table)
            self.check_values(connection, table.name, source, days)
            rows = contract_rows_of(table.name, source, days, self.time_zone).as_string()
            return connection.execute(query(f"({rows}) AS rows_").encode()).fetchall()

    def check_values(self, connection: psycopg.Connection, name: str, source: Relations, days: Days | None) -> None:
        """Check that the lake and a warehouse can hold the values of days, and of rows whose time is of no day.

        Raises:
            PlatformError: They cannot; the message names the first rows.
        """
        rows = rows_of(name, source, days, self.time_zone)
        _raise_if(special_values(connection, source[name], rows), source[name].table, connection)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query; for results that fit in memory.

        Raises:
            PlatformError: The server cannot be reached, closes the connection, or rejects the query.
        """
        with self.connect() as connection:
            return connection.execute(query.encode()).fetchall()

    def contract_select(self, table: Table, days: Days | None = None) -> str:
        """Return the query of the contract's columns, cast from the server's types to the contract's: see `rows_of`."""
        with self.connect() as connection:
            source = self.relations(connection, table)
        return contract_rows_of(table.name, source, days, self.time_zone).as_string()


def _raise_if(problems: Sequence[str], table: Table, connection: psycopg.Connection) -> None:
    if problems:
        database = f"{connection.info.dbname} on {connection.info.host}:{connection.info.port}"
        raise PlatformError(
            f"source table {table.schema}.{table.name} in database {database} does not fit: "
            f"{'; '.join(problems)}. Change the table, or replace it by a view with the expected columns "
            "(docs/schema_drift.md). `ecommerce-pipeline doctor` lists what all tables lack."
        )


@contextmanager
def _clear_errors(address: Address) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise server_error(address, error) from None
