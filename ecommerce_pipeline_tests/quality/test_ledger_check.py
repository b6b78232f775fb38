"""Which days of the sales mart are compared with the shop's ledger, and that a cent is noticed in every column."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.partitions import Days, start_of
from ecommerce_pipeline.quality.ledger_check import COLUMNS, compare_with_ledger
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.tables import reconciliation
from ecommerce_pipeline.synthetic import ShopSettings, ledger

SHOP = ShopSettings(customers=400, products=120, stores=4, lateness_days=2, start_date=date(2026, 3, 1))
DAYS = [date(2026, 3, day) for day in range(1, 9)]


def marks(row: list[object]) -> str:
    return ", ".join("?" * len(row))


def warehouse(folder: Path, loaded: Iterable[date]) -> DuckDBWarehouse:
    """Return a warehouse that loaded some days, with a mart as the whole window's rows make it."""
    made = DuckDBWarehouse(path=str(folder / "warehouse.duckdb"))
    truth = ledger(SHOP, Window(DAYS[0], DAYS[-1] + timedelta(days=1)))
    with made.connect() as connection:
        connection.execute("CREATE SCHEMA staging; CREATE SCHEMA datamart")
        connection.execute(create_table(reconciliation, "staging"))
        for day in loaded:
            row: list[object] = ["refunds", 1, 1, 1, "", "", "", start_of(day)]
            connection.execute(f"INSERT INTO staging.reconciliation VALUES ({marks(row)})", row)
        amounts = ", ".join(f"{name} DECIMAL(14, 2)" for name in COLUMNS)
        connection.execute(f"CREATE TABLE datamart.marts_sales_daily (created_date DATE, {amounts})")
        for day, one in truth.by_day.items():
            cents = (one.gross_cents, one.discount_cents, one.refund_cents, one.net_cents, one.shipping_cents)
            row = [day, one.orders, one.units, *(Decimal(amount) / 100 for amount in cents)]
            connection.execute(f"INSERT INTO datamart.marts_sales_daily VALUES ({marks(row)})", row)
    return made


def compared(made: DuckDBWarehouse, first: date, last: date) -> dict[date, bool]:
    window = Window(first, last + timedelta(days=1))
    return {day.day: day.equal for day in compare_with_ledger(SHOP, made, window)}


@pytest.mark.parametrize(
    ("loaded", "complete"),
    [
        (DAYS, DAYS[:6]),
        (DAYS[:4], DAYS[:2]),
        (DAYS[:2], []),
        ([day for day in DAYS if day != DAYS[4]], [*DAYS[:2], DAYS[5]]),
        ([], []),
    ],
    ids=["all", "the first four", "fewer than the lateness", "one is missing", "none"],
)
def test_a_day_is_compared_once_all_days_up_to_the_lateness_limit_are_loaded(
    tmp_path: Path, loaded: list[date], complete: list[date]
) -> None:
    assert compared(warehouse(tmp_path, loaded), DAYS[0], DAYS[-1]) == dict.fromkeys(complete, True)


def test_days_that_rows_written_in_the_window_can_change_are_compared_and_no_others(tmp_path: Path) -> None:
    assert list(compared(warehouse(tmp_path, DAYS), DAYS[5], DAYS[5])) == DAYS[3:6]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_cent_or_an_order_too_many_is_named_with_both_values(tmp_path: Path, column: str) -> None:
    made = warehouse(tmp_path, DAYS)
    with duckdb.connect(made.path) as connection:
        changed = f"UPDATE datamart.marts_sales_daily SET {column} = {column} + 0.01 WHERE created_date = '{DAYS[2]}'"
        connection.execute(changed)
        [(found,)] = connection.execute(
            f"SELECT {column} FROM datamart.marts_sales_daily WHERE created_date = '{DAYS[2]}'"
        ).fetchall()
    days = compare_with_ledger(SHOP, made, Window(DAYS[0], DAYS[-1]))
    assert [day.day for day in days if not day.equal] == [DAYS[2]]
    [line] = [str(day) for day in days if not day.equal]
    expected = next(day.ledger[COLUMNS.index(column)] for day in days if day.day == DAYS[2])
    assert line == f"{DAYS[2]}: {column} is {found:,} in marts_sales_daily, {expected:,} in the ledger"


def test_a_day_that_the_mart_lost_is_unequal(tmp_path: Path) -> None:
    made = warehouse(tmp_path, DAYS)
    with duckdb.connect(made.path) as connection:
        connection.execute(f"DELETE FROM datamart.marts_sales_daily WHERE created_date = '{DAYS[2]}'")
    assert compared(made, DAYS[0], DAYS[-1]) == {day: day != DAYS[2] for day in DAYS[:6]}
