"""Errors of a real PostgreSQL: which pass by themselves, and which remedy each names."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.resources.postgres.errors import server_error
from ecommerce_pipeline.resources.postgres.ingest import writing
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.postgres.scan import scan
from ecommerce_pipeline_tests.support.administration import administration

NUMBERS = pa.schema([pa.field("n", pa.int64())])
REST = 2_000_000


def running(owner: PostgresResource, **changed: object) -> PostgresResource:
    """Return the resource of the owner's server with another user or port; its password is POSTGRES_PASSWORD."""
    address = owner.address()
    login = {"host": address.host, "port": address.port, "database": address.database, "user": address.user}
    return PostgresResource(embedded_dir="", **(login | changed))  # type: ignore[arg-type]


def run_by_psycopg(database: PostgresResource, query: str) -> None:
    database.rows(query)


def run_by_adbc(database: PostgresResource, query: str) -> None:
    with writing(database.address()) as cursor:
        cursor.execute(query)
        cursor.fetchone()


def run_by_duckdb(database: PostgresResource, query: str) -> None:
    scan(database.address(), query, NUMBERS, "numbers").read_all()


RUNNERS = pytest.mark.parametrize(
    "run", [run_by_psycopg, run_by_adbc, run_by_duckdb], ids=["psycopg", "ADBC", "DuckDB"]
)
Run = Callable[[PostgresResource, str], None]


def test_a_stream_that_is_cut_in_the_middle_can_be_retried_and_the_process_lives(owner: PostgresResource) -> None:
    """DuckDB ends the process when it closes a transaction whose server has gone."""
    reader = scan(owner.address(), f"SELECT n FROM generate_series(1, {REST}::bigint) AS n", NUMBERS, "numbers")
    reader.read_next_batch()
    with owner.connect() as connection:
        cut = connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE query LIKE 'COPY%generate_series%'"
        ).fetchall()
    assert cut == [(True,)]
    with pytest.raises(TransientError, match=r"terminating connection|server closed the connection"):
        reader.read_all()


@RUNNERS
def test_a_query_that_was_ended_by_a_time_limit_names_the_limits(run: Run, owner: PostgresResource) -> None:
    with owner.connect() as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION ecommerce.cancel() RETURNS bigint LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN 1; END $$"
        )
    with pytest.raises(
        PlatformError, match=r"canceling statement.*raise the limit \(POSTGRES_STATEMENT_SECONDS"
    ) as caught:
        run(owner, "SELECT ecommerce.cancel() AS n")
    assert type(caught.value) is PlatformError


@RUNNERS
def test_a_write_that_a_read_only_session_rejects_names_the_primary(run: Run, owner: PostgresResource) -> None:
    with owner.connect() as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION ecommerce.write() RETURNS bigint LANGUAGE plpgsql AS "
            "$$ BEGIN SET TRANSACTION READ ONLY; CREATE TABLE ecommerce.never (n int); RETURN 1; END $$"
        )
    with pytest.raises(PlatformError, match=r"read-only transaction.*set POSTGRES_HOST to the primary") as caught:
        run(owner, "SELECT ecommerce.write() AS n")
    assert type(caught.value) is PlatformError


@RUNNERS
def test_a_role_with_no_connection_left_is_retried(
    run: Run, owner: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", owner.address().password)
    with administration(owner) as connection:
        password = owner.address().password
        connection.execute(f"CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD '{password}'")
    try:
        with pytest.raises(TransientError, match=r'too many connections for role "crowded".*CONNECTION LIMIT'):
            run(running(owner, user="crowded"), "SELECT 1::bigint AS n")
    finally:
        with administration(owner) as connection:
            connection.execute("DROP ROLE crowded")


@RUNNERS
@pytest.mark.parametrize(
    ("changed", "remedy"),
    [
        ({"user": "nobody"}, "correct POSTGRES_USER and POSTGRES_PASSWORD"),
        ({"database": "nowhere"}, "correct POSTGRES_DB"),
    ],
    ids=["user", "database"],
)
def test_a_bad_login_names_the_setting_to_correct(
    run: Run, changed: dict[str, str], remedy: str, owner: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", owner.address().password)
    with pytest.raises(PlatformError, match=remedy) as caught:
        run(running(owner, **changed), "SELECT 1::bigint AS n")
    assert type(caught.value) is PlatformError


@pytest.mark.parametrize(
    "message",
    [
        "ERROR:  canceling statement due to conflict with recovery",
        "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
        "FATAL:  sorry, too many clients already",
        "FATAL:  the database system is not yet accepting connections",
    ],
)
def test_what_passes_by_itself_is_retried_without_a_sqlstate_too(message: str, owner: PostgresResource) -> None:
    assert isinstance(server_error(owner.address(), OSError(message)), TransientError)
