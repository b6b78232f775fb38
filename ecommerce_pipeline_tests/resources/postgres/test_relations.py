"""Shops that have less than the contract, or have it otherwise: absent tables and columns, gaps, keys, queries."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import SourceLayer, layer_digests
from ecommerce_pipeline.resources.postgres.changed import (
    changed_rows,
    changed_since,
    days_of_keys,
    keys_of_days,
    last_day,
    newest_change,
    values_of_orders,
)
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.drift import is_optional
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.schema.tables import EVENTS, ORDERS, REQUIRED, STAGING, TABLES
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.mappings import folder_of

LINES = "transaction_items"
DAYS = Days.parse("2026-03-01 to 2026-03-02")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime(2026, 3, 1, 10, tzinfo=UTC)
SECOND = datetime(2026, 3, 2, 10, tzinfo=UTC)
APPLICATION = """
    CREATE SCHEMA application;
    CREATE TABLE application.orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL, total numeric(10,2));
    CREATE TABLE application.order_lines (id bigint PRIMARY KEY, order_id bigint NOT NULL, price numeric(10,2));
    CREATE INDEX ON application.orders (placed_at);
    CREATE INDEX ON application.order_lines (order_id);
    INSERT INTO application.orders VALUES (1, '2026-03-01 10:00+00', 12.5), (2, '2026-03-02 10:00+00', 7);
    INSERT INTO application.order_lines VALUES (11, 1, 10), (12, 1, 2.5), (21, 2, 7), (31, 3, 1);
"""
QUERIES = {
    ORDERS: "SELECT id AS transaction_id, placed_at AS created_at, total AS total_amount FROM application.orders",
    LINES: "SELECT id AS transaction_item_id, order_id AS transaction_id, price AS gross_amount "
    "FROM application.order_lines",
}
Alter = Callable[..., None]


@pytest.fixture
def alter(owner: PostgresResource) -> Iterator[Alter]:
    """Give a database with an application's tables, and nothing in the contract's schema."""

    def change(*statements: str) -> None:
        with owner.connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    change("ALTER SCHEMA ecommerce RENAME TO kept", "CREATE SCHEMA ecommerce", APPLICATION)
    yield change
    change("DROP SCHEMA ecommerce CASCADE", "DROP SCHEMA application CASCADE", "ALTER SCHEMA kept RENAME TO ecommerce")


def with_views(alter: Alter) -> None:
    alter(*(f"CREATE VIEW ecommerce.{name} AS {query}" for name, query in QUERIES.items()))


def with_uuids(alter: Alter) -> None:
    for column in ("orders ALTER id", "order_lines ALTER id", "order_lines ALTER order_id"):
        name = column.split()[-1]
        alter(f"ALTER TABLE application.{column} TYPE uuid USING lpad({name}::text, 32, '0')::uuid")


def uuid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


def extracted(database: PostgresResource, name: str, days: Days | None = None) -> list[dict[str, Any]]:
    rows = database.extract(TABLES[name], days)[1].read_all()
    assert rows.schema == arrow_schema(STAGING[name])
    return rows.to_pylist()


def test_a_shop_of_orders_and_lines_with_what_they_must_have_has_defaults_for_the_rest(
    owner: PostgresResource, alter: Alter
) -> None:
    with_views(alter)
    for name in REQUIRED:
        required = {column.name for column in TABLES[name].columns if not is_optional(column)}
        assert required == {*re.findall(r"AS (\w+)", QUERIES[name])}
        absent = owner.check_contract(TABLES[name]).absent
        assert {*absent} == {column.name for column in TABLES[name].columns} - required
    nothing = dict.fromkeys(column.name for column in STAGING[ORDERS].columns)
    zero = {f"{part}_amount": Decimal(0) for part in ("discount", "shipping", "tax", "other")}
    order = nothing | zero | {"channel": "unknown"}
    assert extracted(owner, ORDERS, DAYS) == [
        order
        | {"transaction_id": key, "total_amount": Decimal(total), "created_at": at, "updated_at": at}
        | {"business_date": at.date()}
        for key, total, at in ((1, "12.5", FIRST), (2, "7", SECOND))
    ]
    assert extracted(owner, LINES, DAYS)[0] == {
        "transaction_item_id": 11,
        "transaction_id": 1,
        "line_number": 1,
        "product_id": None,
        "quantity": Decimal(1),
        "unit_price": None,
        "gross_amount": Decimal(10),
        "discount_amount": Decimal(0),
        "tax_amount": Decimal(0),
        "created_at": EPOCH,
        "updated_at": EPOCH,
        "business_date": date(2026, 3, 1),
    }
    assert [row["transaction_item_id"] for row in extracted(owner, LINES, Days.parse("2026-03-02"))] == [21]
    for name in TABLES.keys() - REQUIRED:
        found, rows = owner.extract(TABLES[name], DAYS if name in EVENTS else None)
        assert (rows.read_all().num_rows, found.absent) == (0, (name,))
        assert owner.stream(TABLES[name]).read_all().num_rows == 0
        assert sum(digest.rows for digest in layer_digests(SourceLayer(owner), STAGING[name], None).values()) == 0
    rows_of_days = {day: digest.rows for day, digest in layer_digests(SourceLayer(owner), STAGING[LINES], DAYS).items()}
    assert rows_of_days == {date(2026, 3, 1): 2, date(2026, 3, 2): 1}


def test_what_changed_is_found_in_a_shop_of_orders_and_lines(owner: PostgresResource, alter: Alter) -> None:
    with_views(alter)
    with owner.connect() as connection:
        source = owner.relations(connection)

        def changes(name: str, seen: datetime | None) -> tuple[dict[date | None, int], datetime | None]:
            return changed_since(connection, name, source, seen=seen, overlap=timedelta(hours=1), time_zone="UTC")

        assert changes(ORDERS, None) == ({FIRST.date(): 1, SECOND.date(): 1}, SECOND)
        assert changes(ORDERS, FIRST) == ({FIRST.date(): 0, SECOND.date(): 1}, SECOND)
        assert changes(LINES, None) == ({FIRST.date(): 2, SECOND.date(): 1, EPOCH.date(): 1}, EPOCH)
        assert changes(LINES, FIRST) == ({}, None)
        for name in EVENTS:
            if name not in REQUIRED:
                assert changes(name, None) == changes(name, FIRST) == ({}, None)
                assert newest_change(connection, source[name]) == (0, None)
        assert [key for key, _ in changed_rows(connection, source[ORDERS], SECOND)] == [2]
        assert keys_of_days(connection, source[ORDERS], DAYS, "UTC") == {1, 2}
        assert last_day(connection, source[ORDERS], "UTC") == SECOND.date()
        assert days_of_keys(connection, source["refunds"], "transaction_id", [1, 2], "UTC") == set()
        assert values_of_orders(connection, source[ORDERS], "session_id", [1, 2]) == set()


@pytest.mark.parametrize("relation", ["table", "view", "query"])
def test_a_null_in_a_column_with_a_default_is_the_default(
    owner: PostgresResource, alter: Alter, relation: str, tmp_path: Path
) -> None:
    alter(
        "CREATE TABLE application.refunds (refund_id bigint, transaction_id bigint, goods_amount numeric(10,2), "
        "quantity smallint, currency text, reason text, created_at timestamptz, updated_at timestamptz)",
        f"INSERT INTO application.refunds VALUES (1, 1, NULL, NULL, NULL, NULL, '{FIRST}', '{FIRST}'), "
        f"(2, 1, 5, 2, 'EUR', 'late', '{FIRST}', '{FIRST}')",
        "CREATE TABLE application.stores (store_id bigint, code text, city text, updated_at timestamptz)",
        f"INSERT INTO application.stores VALUES (1, 'S1', NULL, NULL), (2, 'S2', 'Bath', '{FIRST}')",
    )
    database = owner
    for name in ("refunds", "stores"):
        if relation == "table":
            alter(f"ALTER TABLE application.{name} SET SCHEMA ecommerce")
        elif relation == "view":
            alter(f"CREATE VIEW ecommerce.{name} AS SELECT * FROM application.{name}")
        else:
            queries = {name: f"SELECT * FROM application.{name}" for name in ("refunds", "stores")}
            database = PostgresResource(embedded_dir=owner.embedded_dir, mapping=folder_of(tmp_path, queries))
    names = ("goods_amount", "quantity", "currency", "reason", "tax_amount", "updated_at")
    assert [tuple(row[name] for name in names) for row in extracted(database, "refunds", DAYS)] == [
        (Decimal(0), Decimal(0), None, "unknown", Decimal(0), FIRST),
        (Decimal(5), Decimal(2), "EUR", "late", Decimal(0), FIRST),
    ]
    names = ("store_name", "city", "country", "updated_at")
    assert [tuple(row[name] for name in names) for row in extracted(database, "stores")] == [
        ("S1", "unknown", "unknown", EPOCH),
        ("S2", "Bath", "unknown", FIRST),
    ]


def test_a_default_can_follow_from_other_columns(owner: PostgresResource, alter: Alter) -> None:
    alter(
        "CREATE VIEW ecommerce.exchange_rates AS "
        "SELECT 'EUR' AS currency, DATE '2026-03-01' AS valid_from, 1.0825 AS rate",
        "CREATE VIEW ecommerce.reviews AS SELECT n::bigint AS review_id, n AS rating, now() AS created_at "
        "FROM generate_series(1, 5) AS n",
    )
    [rate] = extracted(owner, "exchange_rates")
    assert (rate["exchange_rate_id"], rate["rate"]) == ("EUR 2026-03-01", Decimal("1.0825"))
    reviews = sorted(extracted(owner, "reviews"), key=lambda row: row["rating"])
    assert [row["sentiment"] for row in reviews] == ["negative", "negative", "neutral", "positive", "positive"]
    assert all(row["updated_at"] == row["created_at"] for row in reviews)


@pytest.mark.parametrize("is_uuid", [True, False], ids=["uuid", "bigint"])
def test_keys_of_any_type_are_read_as_texts_and_found_by_their_indexes(
    owner: PostgresResource, alter: Alter, text_keys: None, is_uuid: bool
) -> None:
    if is_uuid:
        with_uuids(alter)
    with_views(alter)
    key: Callable[[int], str] = uuid if is_uuid else str
    assert [row["transaction_id"] for row in extracted(owner, ORDERS, DAYS)] == [key(1), key(2)]
    lines = extracted(owner, LINES, DAYS)
    assert {(row["transaction_item_id"], row["transaction_id"]) for row in lines} == {
        (key(line), key(order)) for line, order in ((11, 1), (12, 1), (21, 2))
    }
    plans: list[str] = []
    with administration(owner) as connection:
        for statement in (
            "LOAD 'auto_explain'",
            "SET auto_explain.log_min_duration = 0",
            "SET client_min_messages = log",
            "SET enable_seqscan = off",
            "SET TimeZone = 'UTC'",
        ):
            connection.execute(statement.encode())
        source = owner.relations(connection)
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        of_orders = [key(1), key(2)]
        assert days_of_keys(connection, source[ORDERS], "transaction_id", of_orders, "UTC") == {*DAYS}
        assert values_of_orders(connection, source[ORDERS], "transaction_id", of_orders) == {*of_orders}
        assert {changed for changed, _ in changed_rows(connection, source[ORDERS], SECOND)} == {key(2)}
        assert keys_of_days(connection, source[ORDERS], DAYS, "UTC") == {*of_orders}
    by_key, values, by_time, by_day = plans
    type_ = "uuid" if is_uuid else "bigint"
    for plan in (by_key, values):
        assert re.search(rf"Index Cond: \(id = ANY \('{{.*}}'::{type_}\[\]\)\)", plan), plan
    for plan in (by_time, by_day):
        assert re.search(r"Index Cond: \(\(?placed_at >= ", plan), plan


def test_a_value_that_does_not_fit_is_named_by_its_uuid(owner: PostgresResource, alter: Alter, text_keys: None) -> None:
    with_uuids(alter)
    alter(
        "ALTER TABLE application.order_lines ALTER price TYPE numeric",
        "UPDATE application.order_lines SET price = 1.23456",
    )
    with_views(alter)
    with pytest.raises(PlatformError, match=f"3 values that do not fit, the first where .* = {uuid(11)}: "):
        extracted(owner, LINES, DAYS)


def test_keys_that_the_setting_does_not_allow_are_one_error_that_names_it(
    owner: PostgresResource, alter: Alter, text_keys: None
) -> None:
    with_uuids(alter)
    with_views(alter)
    use_keys("integer")
    with pytest.raises(PlatformError, match="column transaction_id is uuid, expected bigint: set KEY_TYPE=text") as one:
        extracted(owner, ORDERS, DAYS)
    assert "fit: column transaction_id is uuid, expected bigint: set KEY_TYPE=text. Change the" in str(one.value)


def test_queries_of_a_mapping_are_read_in_place_of_tables_by_a_role_that_may_only_select(
    owner: PostgresResource, alter: Alter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alter(
        "CREATE TYPE application.state AS ENUM ('open', 'closed')",
        "ALTER TABLE application.orders ADD state application.state DEFAULT 'open', ADD code varchar(8) DEFAULT 'x%'",
        "CREATE DOMAIN application.money_ AS numeric(10,2)",
        "ALTER TABLE application.orders ALTER total TYPE application.money_",
        # It is there, and the mapping has none.
        "CREATE TABLE ecommerce.reviews (review_id bigint, rating integer, created_at timestamptz)",
        f"INSERT INTO ecommerce.reviews VALUES (1, 5, '{FIRST}')",
    )
    with administration(owner) as connection:
        connection.execute("DROP ROLE IF EXISTS mapped")
        connection.execute("CREATE ROLE mapped LOGIN PASSWORD 'secret-of-mapped'")
        connection.execute("GRANT USAGE ON SCHEMA application TO mapped")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA application TO mapped")
    address = owner.address()
    monkeypatch.setenv("POSTGRES_PASSWORD", "secret-of-mapped")
    orders = QUERIES[ORDERS].replace(" FROM", ", state AS status, code AS coupon_code FROM")
    database = PostgresResource(
        embedded_dir="",
        host=address.host,
        port=address.port,
        database=address.database,
        user="mapped",
        mapping=folder_of(tmp_path, QUERIES | {ORDERS: f"{orders} WHERE code LIKE 'x%' -- and no test orders"}),
    )
    try:
        found = database.check_contract(TABLES[ORDERS])
        assert (found.errors, found.doubts) == ((), ()), "types are known with their precision"
        [first, _] = extracted(database, ORDERS, DAYS)
        assert (first["total_amount"], first["status"], first["coupon_code"]) == (Decimal("12.5"), "open", "x%")
        assert len(extracted(database, LINES, DAYS)) == 3
        assert extracted(database, "reviews", DAYS) == []
        with database.connect() as connection:
            source = database.relations(connection)
            assert days_of_keys(connection, source[ORDERS], "transaction_id", [2], "UTC") == {SECOND.date()}
            assert values_of_orders(connection, source[ORDERS], "transaction_id", [2]) == {2}
    finally:
        with administration(owner) as connection:
            connection.execute("DROP OWNED BY mapped; DROP ROLE mapped")
