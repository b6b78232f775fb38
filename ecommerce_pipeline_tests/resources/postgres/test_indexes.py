"""Which indexes a source lacks, by the plans of a real PostgreSQL: of tables, views and partitioned tables."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Table

from ecommerce_pipeline.resources.postgres.indexes import has_no_time_of_change, unindexed
from ecommerce_pipeline.resources.postgres.relations import Relation, relations
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import EVENTS, TABLES


@pytest.fixture
def shop(owner: PostgresResource) -> Iterator[psycopg.Connection]:
    """Give a connection whose changes are undone."""
    with owner.connect() as connection:
        yield connection
        connection.rollback()


def relation_of(shop: psycopg.Connection, table: Table) -> Relation:
    return relations(shop, {}, [table])[table.name]


def replace_by_view(shop: psycopg.Connection, name: str, **expressions: str) -> None:
    """Replace a table by a view of it, with some columns computed."""
    columns = ", ".join(
        f"{expressions.get(column.name, column.name)} AS {column.name}" for column in TABLES[name].columns
    )
    for statement in (
        "CREATE SCHEMA application",
        f"ALTER TABLE ecommerce.{name} SET SCHEMA application",
        f"CREATE VIEW ecommerce.{name} AS SELECT {columns} FROM application.{name}",
    ):
        shop.execute(statement.encode())


def drop_indexes(shop: psycopg.Connection, name: str, schema: str = "ecommerce") -> None:
    for index in TABLES[name].indexes:
        shop.execute(f"DROP INDEX {schema}.{index.name}".encode())


def test_the_tables_of_the_contract_have_all_indexes_that_reading_them_needs(shop: psycopg.Connection) -> None:
    assert [line for table in TABLES.values() for line in unindexed(shop, relation_of(shop, table))] == []
    assert [name for name in EVENTS if has_no_time_of_change(shop, relation_of(shop, TABLES[name]))] == []


def test_each_missing_index_has_its_statement_which_creates_it(shop: psycopg.Connection) -> None:
    for name in EVENTS:
        drop_indexes(shop, name)
    lines = [line for name in EVENTS for line in unindexed(shop, relation_of(shop, TABLES[name]))]
    keys = {"sessions": "session_id"} | dict.fromkeys(
        ("transactions", "transaction_items", "payment_attempts", "refunds"), "transaction_id"
    )
    assert lines == [
        f"CREATE INDEX CONCURRENTLY ON ecommerce.{name} ({column});"
        for name in EVENTS
        for column in ("created_at", "updated_at", keys.get(name))
        if column
    ]
    for line in lines:  # a transaction, which is undone, creates no index concurrently
        shop.execute(line.replace("CONCURRENTLY ", "").encode())
    assert [line for name in EVENTS for line in unindexed(shop, relation_of(shop, TABLES[name]))] == []


def test_an_index_that_the_planner_cannot_use_is_missing_and_one_of_another_kind_is_not(
    shop: psycopg.Connection,
) -> None:
    drop_indexes(shop, "transactions")
    shop.execute("CREATE INDEX ON ecommerce.transactions (channel, created_at) WHERE channel = 'web'")
    shop.execute("CREATE INDEX ON ecommerce.transactions USING brin (updated_at)")
    shop.execute("CREATE UNIQUE INDEX ON ecommerce.transactions (transaction_id, updated_at)")
    assert unindexed(shop, relation_of(shop, TABLES["transactions"])) == [
        "CREATE INDEX CONCURRENTLY ON ecommerce.transactions (created_at);"
    ]


def test_a_view_is_looked_through_to_the_index_of_its_table(shop: psycopg.Connection) -> None:
    replace_by_view(shop, "transactions", updated_at="coalesce(updated_at, created_at)", channel="lower(channel)")
    remedy = (
        "ecommerce.transactions is a view: index what {0} is taken from, a column of its table or the same expression "
        "of one, such as (placed AT TIME ZONE 'Europe/Berlin')"
    )
    assert unindexed(shop, relation_of(shop, TABLES["transactions"])) == [remedy.format("updated_at")]
    assert not has_no_time_of_change(shop, relation_of(shop, TABLES["transactions"]))
    drop_indexes(shop, "transactions", "application")
    assert unindexed(shop, relation_of(shop, TABLES["transactions"])) == [
        remedy.format(column) for column in ("created_at", "updated_at", "transaction_id")
    ]


@pytest.mark.parametrize("updated_at", ["created_at", "'epoch'::timestamptz"])
def test_a_view_without_a_time_of_change_is_named(shop: psycopg.Connection, updated_at: str) -> None:
    replace_by_view(shop, "refunds", updated_at=updated_at)
    assert [name for name in EVENTS if has_no_time_of_change(shop, relation_of(shop, TABLES[name]))] == ["refunds"]


def test_a_partitioned_table_is_looked_at_as_a_whole(shop: psycopg.Connection) -> None:
    shop.execute("DROP TABLE ecommerce.refunds")
    columns = "LIKE ecommerce.reviews INCLUDING ALL, store_id bigint"
    shop.execute(f"CREATE TABLE ecommerce.refunds ({columns}) PARTITION BY RANGE (created_at)".encode())
    shop.execute(
        "CREATE TABLE ecommerce.r26 PARTITION OF ecommerce.refunds FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)"
    )
    assert unindexed(shop, relation_of(shop, TABLES["refunds"])) == []
    shop.execute("ALTER TABLE ecommerce.refunds RENAME COLUMN updated_at TO changed_at")
    shop.execute("ALTER TABLE ecommerce.refunds ADD COLUMN updated_at timestamptz")
    assert unindexed(shop, relation_of(shop, TABLES["refunds"])) == ["CREATE INDEX ON ecommerce.refunds (updated_at);"]


@pytest.mark.parametrize(("type_", "value"), [("uuid", "lpad({0}::text, 32, '0')::uuid"), ("varchar(40)", "{0}::text")])
def test_the_indexes_of_keys_that_are_no_numbers_are_found_and_missed(
    shop: psycopg.Connection, type_: str, value: str
) -> None:
    change = f"ALTER TABLE ecommerce.refunds ALTER transaction_id TYPE {type_} USING {value.format('transaction_id')}"
    shop.execute(change.encode())
    assert unindexed(shop, relation_of(shop, TABLES["refunds"])) == []
    shop.execute("DROP INDEX ecommerce.refunds_transaction_id_idx")
    [line] = unindexed(shop, relation_of(shop, TABLES["refunds"]))
    assert line == "CREATE INDEX CONCURRENTLY ON ecommerce.refunds (transaction_id);"
