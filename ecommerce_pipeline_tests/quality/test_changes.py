"""Which days a look at the source finds, after every way in which a shop's rows change; all layers are real."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from ecommerce_pipeline.assets.changes import left, seen, tags_of_look
from ecommerce_pipeline.assets.reconciliation import _write as write_reconciliation
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.io_managers.lake import write_parquet
from ecommerce_pipeline.lake.batches import by_day
from ecommerce_pipeline.lake.objects import find_objects, object_path
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.changes import Look, look
from ecommerce_pipeline.quality.layers import LakeLayer, SourceLayer, StagingLayer
from ecommerce_pipeline.quality.reconcile import reconcile
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.keys import Key
from ecommerce_pipeline.schema.tables import EVENTS, STAGING, TABLES, kind
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.mappings import folder_of

LOADED = Days.parse("2026-02-27, 2026-03-01 to 2026-03-05, 2026-03-20, 2026-03-25")
ORDERS, LINES, PAYMENTS = "transactions", "transaction_items", "payment_attempts"
SEEN = datetime(2026, 4, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=30)
LATER = "'2026-04-02 08:00+00'"
TIED = "an order that it names has changed"
OF_VISIT = "a visit has changed that an order names"

Days_ = dict[tuple[str, str], str]
"""Reasons by day of the month and table."""


def order(key: int, at: str, session: str = "NULL", updated: str = "'2026-03-31 12:00+00'") -> str:
    return (
        f"INSERT INTO transactions VALUES ({key}, 1, NULL, {session}, NULL, 'web', 1, 'BRL', NULL, 1, 10, 0, 0, 0, 0, "
        f"10, NULL, 'paid', NULL, '{at}', {updated})"
    )


def line(key: int, order: int, at: str, updated: str = "'2026-03-31 12:00+00'") -> str:
    return f"INSERT INTO transaction_items VALUES ({key}, {order}, 1, 1, 1, 10, 10, 0, 0, '{at}', {updated})"


def refund(key: int, order: int, at: str) -> str:
    return (
        f"INSERT INTO refunds VALUES ({key}, {order}, {10 * order}, 1, 1, NULL, 'web', 1, 'BRL', 1, 5, 0, 0, "
        f"'late_delivery', '{at}', '2026-03-31 12:00+00')"
    )


def shop() -> Iterator[str]:
    """Five orders of 1 to 5 March, in Sao Paulo; each line and payment was made three days after its order."""
    yield (
        "INSERT INTO sessions VALUES (7, 1, 'web', 'mobile', 'direct', NULL, 1, 1, 1, true, 60, "
        "'2026-02-27 20:00-03', '2026-03-31 12:00+00')"
    )
    for day in range(1, 6):
        yield order(day, f"2026-03-0{day} 22:30-03", session="7" if day == 1 else "NULL")
        yield line(10 * day, day, f"2026-03-0{day + 3} 22:30-03")
        yield (
            f"INSERT INTO payment_attempts VALUES ({day}, {day}, 1, 1, 10, 'approved', NULL, "
            f"'2026-03-0{day + 3} 22:30-03', '2026-03-31 12:00+00')"
        )
    yield refund(1, 1, "2026-03-20 09:00-03")
    yield refund(2, 2, "2026-03-25 09:00-03")
    yield line(70, 70, "2026-03-04 10:00-03")  # whose order is not there yet
    yield "INSERT INTO stores VALUES (1, 'S', 'x', 'BR', 'x', 'x', 1, '2020-01-01', '2026-03-31 12:00+00')"


def is_in_march(day: date) -> bool:
    return day.month == 3


@dataclass(frozen=True)
class Layers:
    """A source and a warehouse that has loaded it."""

    postgres: PostgresResource
    lake: FolderStore
    warehouse: DuckDBWarehouse

    def load(self, days: Days) -> None:
        """Extract, load and reconcile days, as a run does."""
        for name, table in STAGING.items():
            if name not in TABLES:
                continue
            of_days = days if kind(table) == "event" else None
            rows = self.postgres.extract(TABLES[name], of_days)[1]
            keys = [*map(date.isoformat, of_days or ())]
            for key, batches in by_day(rows, keys) if keys else [(None, iter(rows))]:
                with self.lake.writing(object_path(name, key)) as file:
                    write_parquet(file, rows.schema, batches)
            self._replace(name, days, keys)
        layers = (SourceLayer(self.postgres), LakeLayer(self.lake), StagingLayer(self.warehouse))
        write_reconciliation(self.lake, days, reconcile([STAGING[name] for name in TABLES], days, layers))
        self._replace("reconciliation", days, [*map(date.isoformat, days)])

    def _replace(self, name: str, days: Days, keys: Sequence[str]) -> None:
        objects = find_objects(self.lake, name, keys)
        writer = Writer(f"staging/{name}", "run")
        of_days = days if keys else None
        self.warehouse.replace(STAGING[name], "staging", objects.uris, objects.rows, days=of_days, writer=writer)

    def change(self, *statements: str) -> None:
        with self.postgres.connect() as connection:
            connection.execute("SET LOCAL search_path TO ecommerce")
            for statement in statements:
                connection.execute(statement.encode())

    def look(self, *, exact: Days | None = None, first: bool = False) -> Look:
        since = {} if first or exact else dict.fromkeys(EVENTS, SEEN)
        return self.look_since(since, exact=exact)

    def look_since(
        self, since: Mapping[str, datetime], again: AbstractSet[date] = frozenset(), exact: Days | None = None
    ) -> Look:
        return look(
            self.postgres, self.warehouse, since, overlap=OVERLAP, exact=exact, again=again, can_be_new=is_in_march
        )

    def found(self, *, exact: bool = False) -> Days_:
        """Return the changes: by time, or exactly."""
        changes = self.look(exact=LOADED if exact else None).changes
        return {(f"{change.day:%m-%d}", change.table): change.reason for change in changes}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layers]:
    folder = tmp_path_factory.mktemp("looked_at")
    postgres = PostgresResource(embedded_dir=str(folder / "postgres"), time_zone="America/Sao_Paulo")
    warehouse = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    made = Layers(postgres, FolderStore(folder=str(folder / "lake")), warehouse)
    postgres.create_tables([*TABLES.values()])
    made.change(*shop())
    made.load(LOADED)
    yield made
    embedded = postgres.embedded()
    assert embedded
    embedded.destroy()


@pytest.fixture
def layers(loaded: Layers) -> Layers:
    """Return layers of which the source is as it was when staging was loaded."""
    loaded.change(*(f"DELETE FROM {table}" for table in TABLES), *shop())
    return loaded


def test_nothing_has_changed(layers: Layers) -> None:
    for exact in (False, True):
        assert layers.found(exact=exact) == {}
    first = layers.look(first=True)
    assert first.changes == ()
    assert set(first.until.values()) == {datetime(2026, 3, 31, 12, tzinfo=UTC)}
    assert first.until.keys() == {table for table in EVENTS if any(f"INTO {table} " in row for row in shop())}


def test_recent_changes_that_staging_has_are_compared_row_by_row_and_their_days_are_not(layers: Layers) -> None:
    """Of today, every look within the overlap computed the digests, which took seconds each time."""
    loaded_until = dict.fromkeys(EVENTS, datetime(2026, 3, 31, 12, 10, tzinfo=UTC))
    assert layers.look_since(loaded_until).changes == ()
    layers.change("UPDATE transactions SET gross_amount = 11 WHERE transaction_id = 3")
    assert layers.look_since(loaded_until).changes == ()
    assert [*layers.found(exact=True)] == [("03-03", ORDERS)]
    layers.change("DELETE FROM payment_attempts WHERE payment_attempt_id = 5")
    layers.change(order(6, "2026-03-02 12:00-03", updated="'2026-03-31 11:50+00'"))
    found = layers.look_since(loaded_until).changes
    assert {(change.day.day, change.table) for change in found} == {(2, ORDERS), (3, ORDERS), (5, PAYMENTS)}


CASES: dict[str, tuple[Sequence[str], Days_]] = {
    "a late row": (
        [order(6, "2026-03-02 23:59-03", updated=LATER)],
        {("03-02", ORDERS): "1 row changed, 1 more than loaded"},
    ),
    "an edit": (
        [f"UPDATE transactions SET gross_amount = 11, updated_at = {LATER} WHERE transaction_id = 3"],
        {("03-03", ORDERS): "1 row changed"},
    ),
    "an order that is cancelled, with a visit and a refund": (
        [f"UPDATE transactions SET cancelled_at = now(), updated_at = {LATER} WHERE transaction_id = 1"],
        {("03-01", ORDERS): "1 row changed", ("03-20", "refunds"): TIED, ("02-27", "sessions"): TIED},
    ),
    "an order that is moved, with its refund": (
        [f"UPDATE transactions SET created_at = '2026-03-03 12:00-03', updated_at = {LATER} WHERE transaction_id = 2"],
        {
            ("03-02", ORDERS): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-02", LINES): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-02", PAYMENTS): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-03", ORDERS): "1 row changed, 1 more than loaded",
            ("03-25", "refunds"): TIED,
        },
    ),
    "a line that is edited": (
        [f"UPDATE transaction_items SET quantity = 2, updated_at = {LATER} WHERE transaction_id = 4"],
        {("03-04", LINES): "1 row changed"},
    ),
    "a line of an order with a refund": (
        [f"UPDATE transaction_items SET quantity = 2, updated_at = {LATER} WHERE transaction_id = 2"],
        {("03-02", LINES): "1 row changed", ("03-25", "refunds"): TIED},
    ),
    "a payment that is declined, with a refund": (
        [f"UPDATE payment_attempts SET status = 'declined', updated_at = {LATER} WHERE transaction_id = 2"],
        {("03-02", PAYMENTS): "1 row changed", ("03-25", "refunds"): TIED},
    ),
    "a line that is moved to another order": (
        [f"UPDATE transaction_items SET transaction_id = 5, updated_at = {LATER} WHERE transaction_id = 4"],
        {
            ("03-04", LINES): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-05", LINES): "1 row changed, 1 more than loaded",
        },
    ),
    "an order that comes after its line": (
        [order(70, "2026-03-05 10:00-03", updated=LATER)],
        {
            ("03-04", LINES): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-05", ORDERS): "1 row changed, 1 more than loaded",
        },
    ),
    "a visit that is moved": (
        [f"UPDATE sessions SET created_at = '2026-03-01 12:00-03', updated_at = {LATER}"],
        {
            ("02-27", "sessions"): "rows changed, 1 fewer than loaded: deleted or moved to another day",
            ("03-01", "sessions"): "1 row changed, 1 more than loaded",
            ("03-20", "refunds"): OF_VISIT,
        },
    ),
    "a visit, with its order of another day and a refund of that": (
        [f"UPDATE sessions SET device = 'tablet', updated_at = {LATER}"],
        {
            ("02-27", "sessions"): "1 row changed",
            ("03-01", ORDERS): OF_VISIT,
            ("03-20", "refunds"): OF_VISIT,
        },
    ),
    "a visit that no order names": (
        [
            "INSERT INTO sessions VALUES (8, 1, 'web', 'mobile', 'direct', NULL, 1, 1, 1, true, 60, "
            f"'2026-02-27 20:00-03', {LATER})"
        ],
        {("02-27", "sessions"): "1 row changed, 1 more than loaded"},
    ),
    "a day that was never loaded": (
        [order(6, "2026-03-10 12:00-03", updated=LATER), order(7, "2026-04-01 12:00-03", updated=LATER)],
        {("03-10", ORDERS): "not loaded yet: 1 row"},
    ),
    "a transaction that was committed late": (
        [order(6, "2026-03-02 12:00-03", updated=f"'{SEEN - OVERLAP}'")],
        {("03-02", ORDERS): "rows changed, 1 more than loaded"},
    ),
    "a transaction of a day that was never loaded that was committed late": (
        [order(6, "2026-03-10 12:00-03", updated=f"'{SEEN - OVERLAP}'")],
        {("03-10", ORDERS): "not loaded yet: 1 row"},
    ),
    "a row of a dimension": (
        [f"UPDATE stores SET city = 'y', updated_at = {LATER}"],
        {("03-25", "stores"): "rows changed"},
    ),
    "a rate of a week before an order with a refund": (
        [f"INSERT INTO exchange_rates VALUES ('B', 'brl', '2026-02-22', 0.2, {LATER})"],
        {
            ("03-01", "exchange_rates"): "the rate of BRL changed",
            ("03-20", "exchange_rates"): "the rate of BRL changed",
            ("03-25", "exchange_rates"): "rows changed",
        },
    ),
    "a row of a dimension that is deleted": (["DELETE FROM stores"], {("03-25", "stores"): "rows changed"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_days_of_what_changed_are_found_by_its_time_and_exactly(layers: Layers, case: str) -> None:
    statements, expected = CASES[case]
    layers.change(*statements)
    assert layers.found() == expected
    assert {day for day, _ in layers.found(exact=True)} == {day for day, _ in expected}


ONLY_EXACTLY: dict[str, tuple[Sequence[str], set[tuple[str, str]]]] = {
    "a line that is deleted": (["DELETE FROM transaction_items WHERE transaction_id = 4"], {("03-04", LINES)}),
    "the only order of a day, with its refund": (
        ["DELETE FROM transactions WHERE transaction_id = 2"],
        # Its line and payment are of their own day now.
        {("03-02", ORDERS), ("03-02", LINES), ("03-02", PAYMENTS), ("03-05", LINES), ("03-05", PAYMENTS)}
        | {("03-25", "refunds")},
    ),
    "a clock that went back": (
        ["UPDATE transactions SET gross_amount = 11, updated_at = '2026-03-09 08:00+00' WHERE transaction_id = 3"],
        {("03-03", ORDERS)},
    ),
    "an edit that leaves the time alone": (
        ["UPDATE refunds SET goods_amount = 1 WHERE refund_id = 2"],
        {("03-25", "refunds")},
    ),
    "a row that is there twice": (
        ["INSERT INTO refunds SELECT * FROM refunds WHERE refund_id = 1"],
        {("03-20", "refunds")},
    ),
    "a commit that took longer than the overlap": (
        [order(6, "2026-03-02 12:00-03", updated="'2026-04-01 11:29:59+00'")],
        {("03-02", ORDERS)},
    ),
    "a dimension whose time stays": (["UPDATE stores SET city = 'y'"], {("03-25", "stores")}),
}


@pytest.mark.parametrize("case", ONLY_EXACTLY)
def test_what_updated_at_does_not_tell_is_found_exactly(layers: Layers, case: str) -> None:
    statements, expected = ONLY_EXACTLY[case]
    layers.change(*statements)
    if "twice" not in case and "leaves" not in case:
        assert layers.found() == {}
    assert layers.found(exact=True).keys() == expected


def test_rows_are_compared_with_a_table_that_lacks_a_new_column_of_the_contract(layers: Layers) -> None:
    """After an upgrade that added a column, each look failed, and with it each run, until days were built without."""
    with layers.warehouse.connect() as connection:
        connection.execute("ALTER TABLE staging.transactions DROP COLUMN guest_key")
    layers.change(
        "UPDATE transactions SET coupon_code = 'x', updated_at = '2026-04-01 12:00+00' WHERE transaction_id = 3"
    )
    assert ("03-03", "transactions") in layers.found()
    assert "guest_key" in layers.warehouse.columns([("staging", "transactions")])["staging", "transactions"]


def test_a_look_that_was_built_finds_nothing_again_though_the_times_are_within_the_overlap(layers: Layers) -> None:
    layers.change(order(6, "2026-03-02 12:00-03", updated=LATER))
    before = layers.look()
    assert before.until == dict.fromkeys(EVENTS, SEEN) | {ORDERS: datetime(2026, 4, 2, 8, tzinfo=UTC)}
    layers.load(Days.of(before.days))
    try:
        assert layers.look().changes == ()
    finally:
        layers.change("DELETE FROM transactions WHERE transaction_id = 6")
        layers.load(LOADED)


def test_a_day_that_a_run_left_out_is_found_again_though_none_of_its_rows_changes(layers: Layers) -> None:
    layers.change(order(6, "2026-03-10 12:00-03", updated=LATER))
    found = layers.look()
    assert found.days == {date(2026, 3, 10)}
    with DagsterInstance.ephemeral() as instance:
        tags = tags_of_look(found, Days.parse("2026-03-09"))
        instance.add_run(DagsterRun(job_name="everything", tags=tags, status=DagsterRunStatus.SUCCESS))
        after = {table: time + 2 * OVERLAP for table, time in seen(instance).items()}
        assert layers.look_since(after).days == set()
        assert layers.look_since(after, left(instance)).changes == found.changes
        tags = tags_of_look(found, Days.of(found.days))
        instance.add_run(DagsterRun(job_name="everything", tags=tags, status=DagsterRunStatus.SUCCESS))
        assert left(instance) == set()


def test_before_the_first_run_every_day_of_the_shop_is_new(layers: Layers, tmp_path: Path) -> None:
    empty = Layers(layers.postgres, layers.lake, DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb")))
    found = empty.look(first=True)
    assert sorted(found.days) == [day for day in LOADED if day.month == 3]
    assert {change.reason for change in found.changes} == {"not loaded yet: 1 row", "not loaded yet: 2 rows"}


Named = Callable[[int], str]
"""Returns a key as the shop has it."""

UUID = "00000000-0000-0000-0000-{:012}"


@pytest.fixture(params=["tables with integers", "queries about uuids"])
def of_text_keys(
    request: pytest.FixtureRequest,
    loaded: Layers,
    tmp_path: Path,
    text_keys: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Layers, Named]]:
    """Load the same shop with keys that are texts; of queries, by a role that may only select from its tables."""
    loaded.change("ALTER SCHEMA ecommerce RENAME TO kept", "CREATE SCHEMA ecommerce")
    loaded.change(*(f"CREATE TABLE {name} (LIKE kept.{name} INCLUDING ALL)" for name in TABLES), *shop())
    postgres, named = loaded.postgres, str
    if "uuids" in request.param:
        named = UUID.format
        for table in TABLES.values():
            for column in table.columns:
                if isinstance(column.type, Key):
                    value = f"lpad({column.name}::text, 32, '0')::uuid"
                    loaded.change(f"ALTER TABLE {table.name} ALTER {column.name} TYPE uuid USING {value}")
    if "queries" in request.param:
        address = postgres.address()
        with administration(postgres) as connection:
            connection.execute("CREATE ROLE mapped LOGIN PASSWORD 'secret-of-mapped'")
            connection.execute("GRANT USAGE ON SCHEMA ecommerce TO mapped")
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA ecommerce TO mapped")
        monkeypatch.setenv("POSTGRES_PASSWORD", "secret-of-mapped")
        server = {"host": address.host, "port": address.port, "database": address.database, "user": "mapped"}
        queries = {name: f"SELECT * FROM ecommerce.{name} WHERE 'all' LIKE '%l' -- as it is" for name in TABLES}
        postgres = PostgresResource(
            embedded_dir="", time_zone=postgres.time_zone, mapping=folder_of(tmp_path, queries), **server
        )
    warehouse = DuckDBWarehouse(path=str(tmp_path / "warehouse.duckdb"))
    made = Layers(postgres, FolderStore(folder=str(tmp_path / "lake")), warehouse)
    made.load(LOADED)
    yield made, named
    with administration(loaded.postgres) as connection:
        connection.execute("DROP SCHEMA ecommerce CASCADE")
        connection.execute("ALTER SCHEMA kept RENAME TO ecommerce")
        if "queries" in request.param:
            connection.execute("DROP OWNED BY mapped")
            connection.execute("DROP ROLE mapped")


def test_layers_agree_and_changes_with_their_ties_are_found_also_of_keys_that_are_texts(
    of_text_keys: tuple[Layers, Named], loaded: Layers
) -> None:
    made, named = of_text_keys
    layers = (SourceLayer(made.postgres), LakeLayer(made.lake), StagingLayer(made.warehouse))
    compared = reconcile([STAGING[name] for name in TABLES], LOADED, layers)
    assert all(one.equal for of_table in compared.values() for one in of_table)
    rows = {name: sum(one.digests["staging"].rows for one in of_table) for name, of_table in compared.items()}
    assert {name: count for name, count in rows.items() if count} == {
        ORDERS: 5, LINES: 6, PAYMENTS: 5, "refunds": 2, "sessions": 1, "stores": 1,
    }  # fmt: skip
    [first] = made.warehouse.query(f"SELECT min(transaction_id) AS key FROM staging.{ORDERS}").to_pylist()
    assert first == {"key": named(1)}
    expected: Days_ = {}
    for key, case in {
        1: "an order that is cancelled, with a visit and a refund",
        2: "an order that is moved, with its refund",
        4: "a line that is edited",
    }.items():
        [statement], found = CASES[case]
        loaded.change(statement.replace(f"transaction_id = {key}", f"transaction_id = '{named(key)}'"))
        expected |= found
    assert made.found() == expected
    assert {day for day, _ in made.found(exact=True)} == {day for day, _ in expected}


def test_a_row_of_no_day_is_named(layers: Layers) -> None:
    layers.change(f"UPDATE refunds SET created_at = 'infinity', updated_at = {LATER} WHERE refund_id = 2")
    with pytest.raises(PlatformError, match="column created_at is infinity where refund_id = 2"):
        layers.look()
