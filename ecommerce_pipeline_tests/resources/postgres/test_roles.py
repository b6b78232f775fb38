"""The roles of deploy/postgres on a real PostgreSQL: each can do its work and no more, whatever the names."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from dagster import DagsterInstance, EventLogEntry
from psycopg import sql

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.postgres_storage import PostgresStorage
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.postgres import create_schema
from ecommerce_pipeline.schema.tables import REQUIRED, SCHEMA, TABLES, transaction_items
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.instance.test_failure_order import RETRIES, read_beside_a_failure
from ecommerce_pipeline_tests.resources.postgres.clients import CLIENTS, Use
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.rows import instants, order_lines, put

ROLES = PROJECT_ROOT / "deploy/postgres"
PASSWORD = 'it\'s "a" \\pass word; %41'
ODD = 'the "shop\'s" \\db; --%s {}'
READER = 'the "reader" of \\shop'
DAY = Days.of_day(date(2026, 3, 1))


@pytest.fixture
def log_in(owner: PostgresResource, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], PostgresResource]:
    """Log in as a role, with settings only."""
    address = owner.address()

    def database_as(role: str, database: str) -> PostgresResource:
        with administration(owner) as connection:
            change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(PASSWORD))
            connection.execute(change)
        monkeypatch.setenv("POSTGRES_PASSWORD", PASSWORD)
        return postgres(
            Settings.from_environment(
                {
                    "POSTGRES_HOST": address.host,
                    "POSTGRES_PORT": str(address.port),
                    "POSTGRES_DB": database,
                    "POSTGRES_USER": role,
                }
            )
        )

    return database_as


def run_file(owner: PostgresResource, file: Path, database: str) -> None:
    """Run an SQL file as the superuser, twice: it must be repeatable."""
    for _ in range(2):
        with administration(owner, name=database) as connection:
            connection.execute(file.read_bytes())


def make_database(owner: PostgresResource, name: str) -> None:
    with administration(owner) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def test_the_role_for_extraction_is_granted_the_contract_s_tables_by_name() -> None:
    granted = re.findall(r"^        '(\w+)'", (ROLES / "extract_role.sql").read_text(), re.MULTILINE)
    assert granted == list(TABLES)


def test_the_role_for_extraction_reads_every_table_and_is_refused_every_write(
    owner: PostgresResource, log_in: Callable[[str, str], PostgresResource]
) -> None:
    run_file(owner, ROLES / "extract_role.sql", "ecommerce")
    put(owner, order_lines(instants("2026-03-01", 3)))
    with owner.connect() as connection:
        connection.execute("CREATE TABLE ecommerce.salaries AS SELECT 1 AS salary")
    database = log_in("ecommerce_extract", "ecommerce")
    for table in TABLES.values():
        database.check_contract(table)
        assert database.stream(table).read_all().num_rows == (3 if table is transaction_items else 0)
    for statement in (
        "INSERT INTO ecommerce.stores SELECT * FROM ecommerce.stores",
        "UPDATE ecommerce.transaction_items SET quantity = 0",
        "DELETE FROM ecommerce.transaction_items",
        "TRUNCATE ecommerce.transaction_items",
        "CREATE TABLE ecommerce.mine (n integer)",
        "CREATE TABLE public.mine (n integer)",
        "CREATE SCHEMA mine",
        "SELECT * FROM ecommerce.salaries",
        "SELECT * FROM pg_authid",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY ecommerce.stores TO PROGRAM 'true'",
    ):
        with pytest.raises(
            PlatformError,
            match=r"permission denied.* grant the missing permission to the role; .*deploy/postgres",
        ):
            execute_writable(database, statement)
    for statement in ("ALTER TABLE ecommerce.stores ADD COLUMN n integer", "DROP TABLE ecommerce.stores"):
        with pytest.raises(PlatformError, match="must be owner of table stores"):
            execute_writable(database, statement)
    with pytest.raises(PlatformError, match=r"permission denied|read-only"):
        put(database, order_lines(instants("2026-03-01", 1)))
    assert owner.stream(transaction_items, DAY).read_all().num_rows == 3
    with owner.connect() as connection:
        connection.execute("DROP TABLE ecommerce.salaries")


def test_an_empty_database_and_missing_rights_are_one_list_with_the_statements_that_remedy_them(
    owner: PostgresResource, log_in: Callable[[str, str], PostgresResource]
) -> None:
    """Only the first missing table was named, then the next; nothing named its DDL."""
    make_database(owner, ODD)
    with administration(owner, name=ODD) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(READER)))
        database = log_in(READER, ODD)
        tables = list(TABLES.values())
        assert database.missing(tables) == [f"schema ecommerce and its tables {', '.join(REQUIRED)} are missing"]
        superuser.execute(create_schema(tables).encode())
        superuser.execute("DROP TABLE ecommerce.transaction_items; ALTER TABLE ecommerce.reviews DROP COLUMN body")
        superuser.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE double precision")
        *drift, usage, select = database.missing(tables)
        assert drift == [
            "ecommerce.transaction_items: table ecommerce.transaction_items does not exist",
            "ecommerce.reviews: column rating is double precision, expected integer",
        ]
        for line in (usage, select):
            superuser.execute(line.partition(": run ")[2].encode())
        assert database.missing(tables) == drift
        superuser.execute("DROP TABLE ecommerce.reviews")
        superuser.execute(create_schema(tables).encode())
        [select] = database.missing(tables)
        superuser.execute(select.partition(": run ")[2].encode())
    assert database.missing(tables) == []


def execute_writable(database: PostgresResource, statement: str) -> None:
    with database.connect(autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(statement.encode())


def test_the_role_of_the_shop_writes_its_schema_and_nothing_else_whatever_the_database_is_called(
    owner: PostgresResource, log_in: Callable[[str, str], PostgresResource]
) -> None:
    make_database(owner, ODD)
    run_file(owner, ROLES / "shop_role.sql", ODD)
    database = log_in("ecommerce_shop", ODD)
    for _ in range(2):
        database.create_tables(list(TABLES.values()))
        assert put(database, order_lines(instants("2026-03-01", 3))) == 3
    assert database.stream(transaction_items, DAY).read_all().num_rows == 3
    for statement in ("CREATE SCHEMA mine", "CREATE TABLE public.mine (n integer)", "SELECT * FROM pg_authid"):
        with pytest.raises(PlatformError, match="permission denied"):
            execute_writable(database, statement)
    # Messages show the names of databases and users, and no password.
    missing = log_in("ecommerce_shop", f"{ODD}2")
    with pytest.raises(PlatformError) as caught, missing.connect():
        pass
    assert f"database {ODD}2, user ecommerce_shop: " in str(caught.value)
    assert "does not exist" in str(caught.value)


def test_user_and_password_may_have_any_characters_with_every_client(
    owner: PostgresResource, log_in: Callable[[str, str], PostgresResource]
) -> None:
    with administration(owner) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(sql.Identifier(ODD)))
    database = log_in(ODD, "ecommerce")
    with database.connect() as connection:
        assert connection.execute("SELECT current_user").fetchone() == (ODD,)
    assert put(database, order_lines(instants("2026-03-01", 2))) == 2
    assert database.stream(transaction_items, DAY).read_all().num_rows == 2


@CLIENTS
def test_a_rejected_login_is_one_message_without_the_password(
    use: Use, owner: PostgresResource, log_in: Callable[[str, str], PostgresResource], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_file(owner, ROLES / "extract_role.sql", "ecommerce")
    database = log_in("ecommerce_extract", "ecommerce")
    wrong = 'wrong\'\\ battery="staple"'
    monkeypatch.setenv("POSTGRES_PASSWORD", wrong)
    with pytest.raises(PlatformError) as caught:
        use(database)
    assert 'password authentication failed for user "ecommerce_extract"' in str(caught.value)
    assert "battery" not in str(caught.value)
    assert "staple" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.fixture
def dagster_database(
    owner: PostgresResource, log_in: Callable[[str, str], PostgresResource], monkeypatch: pytest.MonkeyPatch
) -> PostgresResource:
    """The database of Dagster's storage as its role, which DAGSTER_POSTGRES_* name."""
    make_database(owner, "dagster")
    run_file(owner, ROLES / "dagster_role.sql", "dagster")
    database = log_in("dagster_storage", "dagster")
    address = database.address()
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", address.host)
    monkeypatch.setenv("DAGSTER_POSTGRES_PORT", str(address.port))
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", PASSWORD)
    return database


def test_the_role_of_dagster_s_storage_creates_its_tables_masks_events_and_cannot_read_the_shop(
    dagster_database: PostgresResource, log_in: Callable[[str, str], PostgresResource]
) -> None:
    storage = PostgresStorage.from_config_value(None, {})
    storage.event_log_storage.store_event(EventLogEntry(None, "info", f"logged in with {PASSWORD}", "a-run", 0.0))
    for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
        part.dispose()
    with dagster_database.connect() as connection:
        [(event,)] = connection.execute("SELECT event FROM event_logs").fetchall()
    assert "logged in with ***" in event
    shop = log_in("dagster_storage", "ecommerce")
    with pytest.raises(PlatformError, match=f"permission denied for schema {SCHEMA}"):
        shop.rows("SELECT * FROM ecommerce.transaction_items")


@pytest.mark.usefixtures("dagster_database")
def test_a_failure_in_dagster_s_storage_is_read_once_its_run_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    custom = {"module": PostgresStorage.__module__, "class": PostgresStorage.__name__}
    settings = {"storage": {"custom": custom}, **RETRIES}
    with DagsterInstance.local_temp(str(tmp_path), overrides=settings) as instance:
        assert read_beside_a_failure(instance, monkeypatch) == [[], ["killed"]]
