"""What a session would inherit from server, role and environment changes nothing, or is refused by name."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.process import LIBPQ_VARIABLES, configure_process
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.postgres.address import CONNECT_TIMEOUT_SECONDS
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.postgres.scan import scan
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.drift import Drift
from ecommerce_pipeline.schema.tables import TABLES, transaction_items
from ecommerce_pipeline_tests.resources.postgres.clients import CLIENTS, Use
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.rows import deletions, instants, order_lines, put, staged_lines
from ecommerce_pipeline_tests.support.startup_relay import startup_relay

DAY = Days.of_day(date(2026, 3, 1))
STORES = TABLES["stores"]
TWO_MINUTES = 120

Elsewhere = Callable[..., PostgresResource]


@pytest.fixture
def elsewhere(owner: PostgresResource, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """Return the resource of the same server, with another port, database or user."""
    address = owner.address()
    monkeypatch.setenv("POSTGRES_PASSWORD", address.password)

    def there(**changed: object) -> PostgresResource:
        login = {"host": address.host, "port": address.port, "database": address.database, "user": address.user}
        return PostgresResource(embedded_dir="", **(login | changed))  # type: ignore[arg-type]

    return there


@contextmanager
def database_of(owner: PostgresResource, encoding: str) -> Iterator[str]:
    name = f"shop_{encoding.lower()}"
    with administration(owner) as connection:
        connection.execute(
            f"CREATE DATABASE {name} OWNER ecommerce TEMPLATE template0 "
            f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'"
        )
        try:
            yield name
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def stores(*cities: str) -> pa.Table:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        {"store_id": key, "code": f"S{key}", "store_name": city, "country": "XX", "region": "x", "city": city}
        | {"floor_area_m2": 100, "opened_on": now.date(), "updated_at": now}
        for key, city in enumerate(cities, 1)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(STORES))


def test_the_cities_of_a_latin1_database_arrive_as_they_are_and_have_the_same_checksum(
    owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    """They were invalid UTF-8 in the lake, and a checksum of other bytes was a false difference."""
    rows = stores("Zürich", "Málaga", "Århus")
    found = {}
    for encoding in ("LATIN1", "UTF8"):
        with database_of(owner, encoding) as name:
            database = elsewhere(database=name)
            database.create_tables([STORES])
            assert put(database, rows, table=STORES) == 3
            assert database.stream(STORES).read_all().equals(rows)
            found[encoding] = layer_digests(SourceLayer(database), STORES, None)
    assert found["LATIN1"] == found["UTF8"]


@CLIENTS
def test_a_database_that_does_not_know_its_encoding_is_refused_by_name(
    use: Use, owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    with (
        database_of(owner, "SQL_ASCII") as name,
        pytest.raises(PlatformError, match=f"database {name}, .* encoding SQL_ASCII.* ENCODING 'UTF8'"),
    ):
        use(elsewhere(database=name))


@contextmanager
def role(owner: PostgresResource, *statements: str, name: str = "inheriting") -> Iterator[str]:
    password = sql.Literal(owner.address().password)
    with administration(owner) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), password))
        connection.execute(
            f"GRANT USAGE ON SCHEMA ecommerce TO {name}; GRANT SELECT ON ALL TABLES IN SCHEMA ecommerce TO {name}"
        )
        for statement in statements:
            connection.execute(statement.format(name).encode())
    try:
        yield name
    finally:
        with administration(owner) as connection:
            connection.execute(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


def test_a_policy_that_hides_half_of_a_table_fails_every_read_by_name(
    owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    """Half of the rows were read, and as every check saw the same half, all was reconciled."""
    put(owner, order_lines(instants("2026-03-01", 4)))
    with role(
        owner,
        "ALTER TABLE ecommerce.transaction_items ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY half ON ecommerce.transaction_items FOR SELECT TO {} USING (transaction_item_id % 2 = 0)",
    ) as name:
        database = elsewhere(user=name)
        reads: list[Callable[[], object]] = [
            lambda: database.stream(transaction_items, DAY).read_all(),
            lambda: layer_digests(SourceLayer(database), transaction_items, DAY),
        ]
        for read in reads:
            with pytest.raises(
                PlatformError, match=r"row-level security policy for table \"transaction_items\".*BYPASSRLS"
            ):
                read()
        with administration(owner) as connection:
            connection.execute(f"ALTER ROLE {name} BYPASSRLS")
        assert database.stream(transaction_items, DAY).read_all().num_rows == 4
    with owner.connect() as connection:
        connection.execute("ALTER TABLE ecommerce.transaction_items DISABLE ROW LEVEL SECURITY")


def test_what_a_role_sets_for_its_sessions_changes_nothing(owner: PostgresResource, elsewhere: Elsewhere) -> None:
    settings = {
        "statement_timeout": "700ms",  # the driver asks for types before it sets ours
        "lock_timeout": "200ms",
        "transaction_timeout": "200ms",
        "idle_in_transaction_session_timeout": "200ms",
        "idle_session_timeout": "200ms",
        "search_path": "nowhere",
        "datestyle": "German",
        "intervalstyle": "sql_standard",
        "timezone": "Pacific/Kiritimati",
        "client_encoding": "LATIN1",
        "standard_conforming_strings": "off",
        "transform_null_equals": "on",
        "synchronous_commit": "off",
        "default_transaction_isolation": "serializable",
    }
    rows = order_lines(instants("2026-03-01", 4))
    put(owner, rows)
    undisturbed = layer_digests(SourceLayer(owner), transaction_items, DAY)
    with role(
        owner, "ALTER ROLE {} SUPERUSER", *(f"ALTER ROLE {{}} SET {k} = '{v}'" for k, v in settings.items())
    ) as name:
        database = elsewhere(user=name)
        database.create_tables(list(TABLES.values()))
        assert database.check_contract(transaction_items) == Drift()
        slow = pa.RecordBatchReader.from_batches(rows.schema, slowly(rows))
        assert database.write(transaction_items, slow, lambda: deletions({}), DAY) == 4
        assert database.stream(transaction_items, DAY).read_all().equals(staged_lines(instants("2026-03-01", 4)))
        one = pa.schema([pa.field("n", pa.int32())])
        assert scan(database.address(), "SELECT 1 AS n FROM pg_sleep(0.8)", one, "one").read_all().num_rows == 1
        assert layer_digests(SourceLayer(database), transaction_items, DAY) == undisturbed
        assert put(database, stores("Zürich"), table=STORES) == 1
        with database.connect() as connection:
            connection.execute("SELECT pg_sleep(0.4)")
            time.sleep(0.4)
            shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in settings}
    assert not {name for name, value in settings.items() if shown[name] == (value,)} - {"default_transaction_isolation"}


def test_quoted_identifiers_do_not_hide_types_from_readers_and_are_refused_by_name_for_writers(
    owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    rows = order_lines(instants("2026-03-01", 4))
    put(owner, rows)
    # The driver keeps what it knows of a server for each user.
    quoting = role(owner, "ALTER ROLE {} SUPERUSER", "ALTER ROLE {} SET quote_all_identifiers = on", name="quoting")
    with quoting as name:
        database = elsewhere(user=name)
        assert database.check_contract(transaction_items) == Drift()
        assert database.stream(transaction_items, DAY).read_all().equals(staged_lines(instants("2026-03-01", 4)))
        with pytest.raises(PlatformError, match="SET quote_all_identifiers = off"):
            put(database, rows)


def slowly(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    for batch in rows.to_batches():
        time.sleep(0.4)
        yield batch


def test_nothing_is_left_in_a_pooler_s_connection_after_the_transaction(owner: PostgresResource) -> None:
    with owner.connect() as connection:
        assert connection.execute("SHOW row_security").fetchone() == ("off",)
        connection.commit()
        assert connection.execute("SHOW row_security").fetchone() == ("on",)


def test_every_variable_of_libpq_is_known() -> None:
    assert {option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar} <= set(LIBPQ_VARIABLES)


@CLIENTS
def test_variables_of_other_postgresql_clients_lead_nowhere_else(
    use: Use, owner: PostgresResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    monkeypatch.setenv("PGSERVICE", "nowhere")
    monkeypatch.setenv("PGOPTIONS", "-c no_such_parameter=1")
    monkeypatch.setenv("PGTZ", "Nowhere/At_all")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "standby")
    configure_process()
    use(owner)


@CLIENTS
def test_a_pooler_that_rejects_start_up_options_is_served(
    use: Use, owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    """PgBouncer: `unsupported startup parameter: options`."""
    address = owner.address()
    seen: list[dict[str, str]] = []
    with startup_relay((address.host, address.port), seen.append) as relay:
        use(elsewhere(port=relay.port))
        with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter: options"):
            psycopg.connect(make_conninfo(elsewhere(port=relay.port).address().conninfo, options="-c timezone=UTC"))
    assert {parameters["client_encoding"] for parameters in seen} == {"UTF8"}


@CLIENTS
def test_a_peer_that_falls_silent_is_noticed_within_two_minutes(
    use: Use, owner: PostgresResource, elsewhere: Elsewhere
) -> None:
    address = owner.address()
    seen: list[tuple[int, ...]] = []
    with startup_relay((address.host, address.port), lambda _: seen.extend(options_of(relay.port))) as relay:
        use(elsewhere(port=relay.port))
    assert seen
    for alive, idle, interval, count, unacknowledged in seen:
        assert alive
        assert idle + interval * count <= TWO_MINUTES
        assert 0 < unacknowledged <= TWO_MINUTES * 1000
    assert CONNECT_TIMEOUT_SECONDS <= TWO_MINUTES


def options_of(port: int) -> list[tuple[int, ...]]:
    """Return the TCP options of this process's connections to a port."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            connection = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue
        with connection:
            try:
                if connection.getpeername()[1] != port:
                    continue
            except (OSError, IndexError):
                continue
            found.append(
                (
                    connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
                    connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
                    connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
                    connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
                    connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
                )
            )
    return found
