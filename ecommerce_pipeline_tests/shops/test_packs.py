"""Each pack of shops/ on the application's own tables: figures per order as written by hand in truth.csv."""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import MetaData

from ecommerce_pipeline.mapping.catalog import read_catalog
from ecommerce_pipeline.mapping.checks import Day, check_mapping, pack_checks
from ecommerce_pipeline.mapping.mapping import match_of
from ecommerce_pipeline.mapping.packs import SHOPS, TEMPLATE, load
from ecommerce_pipeline.mapping.selects import selects
from ecommerce_pipeline.mapping.views import Step, columns_of, create, problems
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.catalog import found_columns
from ecommerce_pipeline.schema.drift import Drift, drift
from ecommerce_pipeline.schema.keys import use_keys
from ecommerce_pipeline.schema.postgres import create_schema
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline_tests.shops.conftest import FOLDER, Copy

PACKS = sorted(path.parent.name for path in FOLDER.glob("*/truth.csv"))
DAY = Day(date(2026, 3, 2), "UTC")
LATER = datetime(2030, 1, 1, tzinfo=UTC)

# One row per order, as truth.csv has it.
FIGURES = """
    SELECT o.transaction_id::text AS order, coalesce(o.customer_id::text, o.guest_email, '') AS buyer, o.currency,
        coalesce(lines.number, 0) AS lines, coalesce(lines.gross, 0) AS gross,
        coalesce(lines.discount, 0) AS line_discount, coalesce(lines.tax, 0) AS tax_included,
        o.discount_amount AS order_discount, o.shipping_amount AS shipping, o.tax_amount AS tax,
        o.other_amount AS other, o.total_amount AS total, coalesce(paid.amount, 0) AS captured,
        CASE WHEN o.cancelled_at IS NULL THEN 'no' ELSE 'yes' END AS cancelled,
        coalesce(refunded.goods, 0) AS refunded_goods, coalesce(refunded.shipping, 0) AS refunded_shipping,
        coalesce(refunded.tax, 0) AS refunded_tax
    FROM transactions AS o
    LEFT JOIN (
        SELECT transaction_id, count(*) AS number, sum(gross_amount) AS gross, sum(discount_amount) AS discount,
            sum(tax_amount) AS tax
        FROM transaction_items GROUP BY 1
    ) AS lines USING (transaction_id)
    LEFT JOIN (
        SELECT transaction_id, sum(amount) AS amount FROM payment_attempts WHERE status = 'approved' GROUP BY 1
    ) AS paid USING (transaction_id)
    LEFT JOIN (
        SELECT transaction_id, sum(goods_amount) AS goods, sum(shipping_amount) AS shipping, sum(tax_amount) AS tax
        FROM refunds GROUP BY 1
    ) AS refunded USING (transaction_id)
    ORDER BY o.created_at, o.transaction_id
"""
OPTIONAL = {
    "transactions": ("discount_amount", "shipping_amount", "tax_amount", "other_amount"),
    "transaction_items": ("discount_amount", "tax_amount"),
    "refunds": ("goods_amount", "shipping_amount", "tax_amount"),
}


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(pack: str, copy_of: Copy) -> Iterator[Address]:
    use_keys(load(SHOPS / pack).key_type)
    yield copy_of(pack)
    use_keys("integer")


@contextmanager
def login(address: Address) -> Iterator[psycopg.Connection]:
    with psycopg.connect(address.conninfo, options="-c timezone=UTC") as connection:
        yield connection


def statements(connection: psycopg.Connection, pack: str) -> Mapping[str, str]:
    """Return the SELECT statements for this database, as it is recognised."""
    catalog = read_catalog(connection)
    match = match_of(catalog, None)
    assert match.pack.name == pack
    found = selects(match.pack, match.schema, catalog)
    assert found.left_out == {}
    return found.statements


def figures(connection: psycopg.Connection, pack: str) -> list[dict[str, Any]]:
    """Return the figures of the orders by the views, absent columns as their defaults."""
    views = []
    for table, statement in statements(connection, pack).items():
        there = {c.name for c in connection.execute(f"SELECT * FROM ({statement}) AS s LIMIT 0".encode()).description}
        zeros = [f", 0 AS {column}" for column in OPTIONAL.get(table, ()) if column not in there]
        views.append(f"{table} AS (SELECT s.*{''.join(zeros)} FROM ({statement}\n) AS s)")
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(f"WITH {', '.join(views)} {FIGURES}".encode()).fetchall()


def truth(pack: str) -> list[dict[str, Any]]:
    rows = list(csv.DictReader((FOLDER / pack / "truth.csv").open(newline="")))
    names = {"order", "buyer", "currency", "cancelled"}
    return [{name: value if name in names else Decimal(value) for name, value in row.items()} for row in rows]


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["order"]))


def test_every_order_has_the_figures_written_by_hand(pack: str, shop: Address) -> None:
    with login(shop) as connection:
        assert in_order(figures(connection, pack)) == in_order(truth(pack))
        mapping = statements(connection, pack)
        orders = f"SELECT transaction_id FROM ({mapping['transactions']}) AS o"
        for table in ("transaction_items", "payment_attempts", "refunds"):
            alone = f"SELECT count(*) FROM ({mapping[table]}) AS t WHERE transaction_id NOT IN ({orders})"
            assert connection.execute(alone.encode()).fetchone() == (0,), table


def test_an_older_version_in_another_schema_has_the_same_figures(pack: str, shop: Address) -> None:
    about = load(SHOPS / pack)
    with login(shop) as connection:
        newest = match_of(read_catalog(connection), None).version
        older = FOLDER / pack / "older.sql"
        if older.exists():
            connection.execute(older.read_bytes())
        connection.execute(f'ALTER SCHEMA {about.schema} RENAME TO "Shop 1"'.encode())
        match = match_of(read_catalog(connection), None)
        assert match.schema == "Shop 1"
        assert (match.version != newest) == older.exists()
        assert in_order(figures(connection, pack)) == in_order(truth(pack))


def test_the_views_have_the_contract_s_columns_and_rows(pack: str, shop: Address) -> None:
    with login(shop) as connection:
        mapping = statements(connection, pack)
        assert [problem for table in mapping for problem in problems(connection, table, mapping[table])] == []
        types = {table: as_view(connection, table, mapping[table]) for table in mapping}
        assert [found for found in types.values() if found.errors or found.doubts] == []
        relations = {table: f"({statement}\n)" for table, statement in mapping.items()}
        findings = list(check_mapping(connection, relations, DAY))
        assert [finding for finding in findings if not finding.ok] == []
        assert [f for f in findings if f.name.endswith(": rows") and not f.found] == []


def test_the_pack_s_own_checks_hold_and_notice_what_is_lost(pack: str, shop: Address) -> None:
    with login(shop) as connection:
        catalog = read_catalog(connection)
        match = match_of(catalog, None)
        relations = {table: f"({statement}\n)" for table, statement in statements(connection, pack).items()}
        found = list(pack_checks(connection, match, catalog, relations, DAY))
        assert found
        assert [finding for finding in found if not finding.ok] == []
        lossy = {
            table: f"(SELECT * FROM {relation} AS all_ WHERE left(md5({key}::text), 1) > '7')"
            for (table, relation), key in zip(relations.items(), map(first_column, relations.values()), strict=True)
        }
        assert [finding for finding in pack_checks(connection, match, catalog, lossy, DAY) if not finding.ok]


def first_column(relation: str) -> str:
    """Return the key's name, which every statement has first."""
    found = re.search(r" AS (\w+)(?:,|\n)", relation)
    assert found
    return found[1]


def test_whatever_a_row_is_made_of_moves_its_time_of_change(pack: str, shop: Address) -> None:
    lines = (FOLDER / pack / "changes.sql").read_text().splitlines()
    with login(shop) as connection:
        mapping = statements(connection, pack)
        for line in lines:
            statement, _, views = line.rpartition(" -- ")
            if not statement:
                continue
            with connection.transaction(force_rollback=True):
                changed = connection.execute(statement.replace(":now", f"'{LATER:%F %T}'").encode()).rowcount
                assert changed == 1, line
                moved = {table for table, select in mapping.items() if newest(connection, select) == LATER}
            assert moved >= set(views.split()), line


def test_a_day_is_found_by_an_index_of_the_application_or_one_that_the_readme_names(pack: str, shop: Address) -> None:
    readme = (SHOPS / ("spree" if pack == "solidus" else pack) / "README.md").read_text()
    query = "EXPLAIN SELECT * FROM ({}) AS t WHERE created_at >= '2026-03-02' AND created_at < '2026-03-03'"
    with login(shop) as connection:
        for statement in re.findall(r"^ +(CREATE INDEX CONCURRENTLY .*;)$", readme, re.MULTILINE):
            connection.execute(statement.replace(" CONCURRENTLY", "").encode())
        connection.execute("SET LOCAL enable_seqscan = off")
        plan = connection.execute(query.format(statements(connection, pack)["transactions"]).encode()).fetchall()
        assert re.search(r"Index Cond: .*2026-03-02.*2026-03-03", "\n".join(line for (line,) in plan))


def newest(connection: psycopg.Connection, statement: str) -> datetime | None:
    if "updated_at" not in columns_of(connection, statement):
        return None
    row = connection.execute(f"SELECT max(updated_at) FROM ({statement}\n) AS s".encode()).fetchone()
    return row[0] if row else None


def test_every_pack_has_a_readme_and_is_tested_here() -> None:
    folders = [path for path in SHOPS.iterdir() if path.is_dir()]
    assert [path.name for path in folders if not (path / "README.md").exists()] == []
    assert {path.name for path in folders if (path / "pack.toml").exists()} == set(PACKS)


def test_the_template_fits_a_shop_that_has_the_contract_s_own_tables(copy_of: Copy) -> None:
    """Each view as it is, and with all optional columns taken."""
    template = load(SHOPS / TEMPLATE)
    assert set(template.views) == set(TABLES)
    ddl = create_schema([table.to_metadata(MetaData(), schema="app") for table in TABLES.values()])
    with login(copy_of("template1")) as connection:
        connection.execute(ddl.encode())
        for table, statement in template.views.items():
            everything = re.sub(r"^    -- , ", "    , ", statement, flags=re.MULTILINE)
            assert as_view(connection, table, everything) == Drift()
            assert as_view(connection, table, statement).errors == ()


def as_view(connection: psycopg.Connection, table: str, statement: str) -> Drift:
    """Return how a statement's columns differ from the contract, once it is a view."""
    with connection.transaction(force_rollback=True):
        create(connection, [Step(table, "new", statement)], "test")
        return drift(TABLES[table], found_columns(connection, TABLES[table]))
