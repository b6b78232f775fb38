"""Transient errors are retried and the rows are those of an uninterrupted run; permanent errors fail at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg
import pytest

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.execution.run_days import RunProgress
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("retried"))) as made:
        made.run(DAY, job="ingest")
        yield made


@pytest.fixture
def database(platform: Platform) -> PostgresResource:
    return postgres(platform.settings)


def server(database: PostgresResource) -> int:
    """Return the process ID of the embedded server."""
    embedded = database.embedded()
    assert embedded is not None
    pid = embedded.status().pid
    assert pid is not None
    return pid


def test_a_server_killed_during_an_extraction_costs_an_attempt_but_no_row(
    platform: Platform, database: PostgresResource
) -> None:
    platform.run(DAY, job="extract")
    objects = {path: path.read_bytes() for path in platform.settings.lake_dir.rglob("*.parquet")}
    events: list[RunProgress] = []
    first, killed = server(database), False

    def kill_once(progress: RunProgress) -> None:
        nonlocal killed
        if progress.kind == "ended" and not killed:
            os.kill(first, signal.SIGKILL)
            killed = True
        events.append(progress)

    platform.run(DAY, job="extract", on_progress=kill_once)
    assert {path: path.read_bytes() for path in platform.settings.lake_dir.rglob("*.parquet")} == objects
    assert [progress.step for progress in events if progress.kind == "failed"] == []
    assert killed
    assert server(database) != first, "a step after the kill has started it again"


def test_a_connection_cut_during_an_extraction_is_retried_and_reported(
    platform: Platform, database: PostgresResource
) -> None:
    events: list[RunProgress] = []

    def cut(progress: RunProgress) -> None:
        events.append(progress)
        if progress.kind == "started" and progress.step == "lake/sessions" and not stop.is_set():
            cutter.start()

    stop = threading.Event()

    def cut_until_retried() -> None:
        with database.connect(autocommit=True) as connection:
            while not any(one.kind == "retrying" for one in events) and not stop.wait(0.001):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
        stop.set()

    cutter = threading.Thread(target=cut_until_retried)
    platform.run(DAY, job="extract", on_progress=cut)
    stop.set()
    cutter.join()
    retries = [progress for progress in events if progress.kind == "retrying"]
    assert retries
    assert "PostgreSQL at" in retries[0].message
    assert "failed" not in {progress.kind for progress in events}


def test_a_permanent_error_fails_at_the_first_attempt(platform: Platform, database: PostgresResource) -> None:
    with database.connect() as connection:
        connection.execute("ALTER TABLE ecommerce.transaction_items RENAME TO renamed")
    try:
        events: list[RunProgress] = []
        with pytest.raises(PlatformError, match=r"table ecommerce\.transaction_items does not exist"):
            platform.run(DAY, job="extract", on_progress=events.append)
        assert "retrying" not in {progress.kind for progress in events}
    finally:
        with database.connect() as connection:
            connection.execute("ALTER TABLE ecommerce.renamed RENAME TO transaction_items")


def test_transient_and_permanent_errors_of_the_server_are_distinguished(
    database: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = database.address()

    def database_with(**changed: object) -> PostgresResource:
        arguments = {"host": address.host, "port": address.port, "database": address.database, "user": address.user}
        return PostgresResource(embedded_dir="", **(arguments | changed))  # type: ignore[arg-type]

    monkeypatch.setenv("POSTGRES_PASSWORD", address.password)
    transient: dict[str, Callable[[], object]] = {
        "no server listens": lambda: database_with(port=1).rows("SELECT 1"),
        "a deadlock": lambda: deadlock(database),
        "a serialization failure": lambda: lost_update(database),
        "a connection terminated by the server": lambda: database.rows("SELECT pg_terminate_backend(pg_backend_pid())"),
        "no server listens, streamed": lambda: database_with(port=1).stream(TABLES["stores"]).read_all(),
    }
    for name, call in transient.items():
        with pytest.raises(TransientError):
            pytest.fail(f"{name}: {call()}")
    permanent = {
        "no such database": lambda: database_with(database="nowhere").rows("SELECT 1"),
        "no such user": lambda: database_with(user="nobody").rows("SELECT 1"),
        "no such table": lambda: database.rows("SELECT * FROM nowhere"),
        "no such database, streamed": lambda: database_with(database="nowhere").stream(TABLES["stores"]).read_all(),
    }
    for name, call in permanent.items():
        with pytest.raises(PlatformError) as caught:
            pytest.fail(f"{name}: {call()}")
        assert type(caught.value) is PlatformError, name


def deadlock(database: PostgresResource) -> None:
    """Lock two rows in opposite orders in two transactions, until the server aborts one of them."""
    rows = "SELECT * FROM ecommerce.stores WHERE store_id = {} FOR UPDATE"
    with administration(database) as connection:
        connection.execute("GRANT SET ON PARAMETER deadlock_timeout TO ecommerce")
    with database.connect() as other:
        other.execute("SET deadlock_timeout = '10s'")
        other.execute(rows.format(1))
        waiting = threading.Thread(target=lambda: other.execute(rows.format(2)))
        with database.connect() as connection:
            connection.execute("SET deadlock_timeout = '50ms'")
            connection.execute(rows.format(2))
            waiting.start()
            try:
                connection.execute(rows.format(1))
            finally:
                connection.rollback()
                waiting.join()


def lost_update(database: PostgresResource) -> None:
    update = "UPDATE ecommerce.stores SET city = city WHERE store_id = 1"
    with database.connect() as connection:
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT * FROM ecommerce.stores")
        with database.connect() as other:
            other.execute(update)
        connection.execute(update)
