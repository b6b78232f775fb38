"""Which days of the sales mart are compared with the shop's ledger, and that a cent is noticed in every column."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.ledger_check import COLUMNS, compare_with_ledger
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.synthetic import ShopSettings, ledger

SHOP = ShopSettings(customers=400, products=120, stores=4, start_date=date(2026, 3, 1))
DAYS = Days.of_keys("2026-03-01", "2026-03-08")
LIST = [*DAYS]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresResource]:
    postgres = PostgresResource(embedded_dir=str(tmp_path_factory.mktemp("postgres")))
    postgres.create_tables([*TABLES.values()])
    yield postgres
    embedded = postgres.embedded()
    assert embedded
    embedded.destroy()


def life_written(database: PostgresResource, days: Days | None) -> PostgresResource:
    """Record that the shop's application wrote these days of its life."""
    with database.connect() as connection:
        connection.execute("DELETE FROM ecommerce.written_days")
        for table in EVENTS:
            for day in days or ():
                connection.execute("INSERT INTO ecommerce.written_days VALUES (%s, %s)", [table, day])
    return database


def marks(row: list[object]) -> str:
    return ", ".join("?" * len(row))


def warehouse(folder: Path, written: Days | None = DAYS) -> DuckDBWarehouse:
    """Return a warehouse with the mart of the days of which the shop wrote its life."""
    made = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    with made.connect() as connection:
        amounts = ", ".join(f"{name} DECIMAL(14, 2)" for name in COLUMNS)
        connection.execute(
            f"CREATE SCHEMA datamart; CREATE TABLE datamart.marts_sales_daily (business_date DATE, {amounts})"
        )
        truth = ledger(SHOP, written, as_of=written.last, since=written.first).by_day if written else {}
        for day, one in truth.items():
            cents = (one.gross_cents, one.discount_cents, one.refund_cents, one.net_cents, one.shipping_cents)
            row = [day, one.orders_sold, one.units, *(Decimal(amount) / 100 for amount in cents)]
            connection.execute(f"INSERT INTO datamart.marts_sales_daily VALUES ({marks(row)})", row)
    return made


@pytest.mark.parametrize(
    ("written", "asked", "compared"),
    [
        ("2026-03-01 to 2026-03-08", DAYS, DAYS),
        ("2026-03-01 to 2026-03-08", Days.of((LIST[6], LIST[1])), Days.of((LIST[1], LIST[6]))),
        ("2026-03-01 to 2026-03-04", DAYS, Days.of(LIST[:4])),
        ("2026-03-03 to 2026-03-08", DAYS, Days.of(LIST[5:])),
        ("2026-03-01 to 2026-03-04, 2026-03-06 to 2026-03-08", DAYS, None),
        ("2026-03-01, 2026-03-03 to 2026-05-08", Days.of_keys("2026-05-01", "2026-05-06"),
         Days.of_keys("2026-05-04", "2026-05-06")),
        (None, DAYS, None),
    ],
    ids=["all", "scattered", "the first four", "begun later", "one is missing", "one was missing long ago", "none"],
)  # fmt: skip
def test_a_day_is_compared_once_the_whole_life_of_its_orders_and_refunds_is_written(
    tmp_path: Path, database: PostgresResource, written: str | None, asked: Days, compared: Days | None
) -> None:
    life = Days.parse(written) if written else None
    found = compare_with_ledger(SHOP, life_written(database, life), warehouse(tmp_path, life), asked)
    assert {day.day: day.equal for day in found} == dict.fromkeys(compared or (), True)


def test_nothing_is_compared_with_a_database_that_the_shop_did_not_write(
    tmp_path: Path, database: PostgresResource
) -> None:
    life_written(database, DAYS)
    with database.connect() as connection:
        connection.execute("ALTER TABLE ecommerce.written_days RENAME TO kept")
    try:
        assert compare_with_ledger(SHOP, database, warehouse(tmp_path), DAYS) == []
    finally:
        with database.connect() as connection:
            connection.execute("ALTER TABLE ecommerce.kept RENAME TO written_days")


@pytest.mark.parametrize("column", COLUMNS)
def test_a_cent_or_an_order_too_many_is_named_with_both_values(
    tmp_path: Path, database: PostgresResource, column: str
) -> None:
    made, day = warehouse(tmp_path), LIST[2]
    with duckdb.connect(made.path) as connection:
        mart = f"datamart.marts_sales_daily WHERE business_date = '{day}'"
        connection.execute(f"UPDATE {mart.replace(' WHERE', f' SET {column} = {column} + 0.01 WHERE')}")
        [(found,)] = connection.execute(f"SELECT {column} FROM {mart}").fetchall()
    [unequal] = [one for one in compare_with_ledger(SHOP, life_written(database, DAYS), made, DAYS) if not one.equal]
    expected = unequal.ledger[COLUMNS.index(column)]
    assert str(unequal) == f"{day}: {column} is {found:,} in marts_sales_daily, {expected:,} in the ledger"


def test_a_day_that_the_mart_lost_is_unequal(tmp_path: Path, database: PostgresResource) -> None:
    made = warehouse(tmp_path)
    with duckdb.connect(made.path) as connection:
        connection.execute(f"DELETE FROM datamart.marts_sales_daily WHERE business_date = '{LIST[2]}'")
    found = compare_with_ledger(SHOP, life_written(database, DAYS), made, DAYS)
    assert {day.day: day.equal for day in found} == {day: day != LIST[2] for day in DAYS}
