"""The central guarantee, for the models alone: days built in any order give the same rows, which match the ledger."""

import os
import random
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import ShopSettings, planted
from ecommerce_pipeline.synthetic.ledger import Ledger, Totals, ledger
from ecommerce_pipeline_tests.dbt.conftest import Dbt, window_variables
from ecommerce_pipeline_tests.support.marts import stage, with_staging

WINDOW = Window(date(2026, 3, 1), date(2026, 3, 6))
SHOP = ShopSettings(
    start_date=WINDOW.start,
    lateness_days=2,
    customers=400,
    products=300,
    late_rate=0.1,
    duplicate_rate=0.1,
    broken_rate=0.2,
)
MEASURES = "orders_paid, gross_amount, discount_amount, shipping_amount, refund_amount, net_amount"


def contents(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(os.fspath(warehouse), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'datamart')"
        ).fetchall()
        return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


@pytest.fixture(scope="module")
def warehouse(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse built from the window in one run, all tests of the project passed."""
    path = with_staging(tmp_path_factory.mktemp("range") / "warehouse.duckdb")
    stage(path, SHOP, WINDOW, dimensions_of=WINDOW.last)
    dbt("build", "--exclude-resource-type", "unit_test", environment=window_variables(path, WINDOW, SHOP.lateness_days))
    return path


@pytest.fixture(scope="module")
def truth() -> Ledger:
    return ledger(SHOP, WINDOW)


@pytest.mark.parametrize(
    ("lateness_days", "read", "written"),
    [
        (0, ("2026-03-10", "2026-03-12"), ("2026-03-10", "2026-03-12")),
        (3, ("2026-03-04", "2026-03-18"), ("2026-03-07", "2026-03-15")),
    ],
)
def test_models_read_and_write_the_days_within_the_lateness(
    dbt: Dbt, tmp_path: Path, lateness_days: int, read: tuple[str, str], written: tuple[str, str]
) -> None:
    """A lateness of 0 was treated as unset, and replaced by the default of 3."""
    window = Window(date(2026, 3, 10), date(2026, 3, 12))
    environment = window_variables(tmp_path / "any.duckdb", window, lateness_days)
    artifacts = dbt("compile", "--select", "stg_reviews", environment=environment)
    sql = (artifacts / "compiled/ecommerce/models/staging/generated/stg_reviews.sql").read_text()
    first, end = (f"timestamptz '{day} 00:00:00+00'" for day in read)
    assert f"(recorded_at >= {first} and recorded_at < {end})" in sql
    assert f"(recorded_date >= date '{written[0]}' and recorded_date < date '{written[1]}')" in sql


def test_days_built_one_by_one_in_any_order_and_repeatedly_give_the_same_rows(
    dbt: Dbt, warehouse: Path, tmp_path: Path
) -> None:
    day_by_day = with_staging(tmp_path / "warehouse.duckdb")
    days = list(WINDOW.days())
    random.Random(4).shuffle(days)
    for position, day in enumerate([*days, days[0]]):
        stage(day_by_day, SHOP, Window.of_day(day), dimensions_of=None if position else WINDOW.last)
        dbt("run", environment=window_variables(day_by_day, Window.of_day(day), SHOP.lateness_days))
    expected, found = contents(warehouse), contents(day_by_day)
    assert [name for name in expected if found[name] != expected[name]] == []


def test_rows_no_longer_staged_are_deleted_and_other_days_are_unchanged(
    dbt: Dbt, warehouse: Path, tmp_path: Path
) -> None:
    """A delete by key would have kept the day's facts: no staged row has their keys any more.

    By hand, --full-refresh must not drop the other days.
    """
    emptied = tmp_path / "warehouse.duckdb"
    emptied.write_bytes(warehouse.read_bytes())
    with duckdb.connect(os.fspath(emptied)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in EVENTS:
            connection.execute(f"DELETE FROM staging.{name} WHERE CAST(recorded_at AS DATE) >= ?", [WINDOW.last])
    last_day = window_variables(emptied, Window.of_day(WINDOW.last), SHOP.lateness_days)
    dbt("run", "--full-refresh", environment=last_day)
    before, after = contents(warehouse), contents(emptied)
    assert not [row for row in after["core.fact_payment_attempt"] if WINDOW.last in row]
    untouched = Window.of_day(WINDOW.last).happened(SHOP.lateness_days).start
    for name, rows in ((name, rows) for name, rows in before.items() if name.startswith("core.fact_")):
        earlier = [row for row in rows if min(cell for cell in row if type(cell) is date) < untouched]
        assert set(earlier) <= set(after[name]), name


@pytest.mark.parametrize(
    ("cells", "mart", "keys"),
    [
        ("by_day", "marts_sales_daily", "created_date"),
        ("by_channel", "marts_channel_store_daily", "created_date, channel"),
        ("by_store", "marts_channel_store_daily", "created_date, store_id"),
        ("by_payment_method", "marts_payment_transaction_summary", "created_date, payment_method_id"),
    ],
)
def test_marts_equal_the_ledger_to_the_cent(warehouse: Path, truth: Ledger, cells: str, mart: str, keys: str) -> None:
    sums = ", ".join(f"sum({measure})" for measure in MEASURES.split(", "))
    names = keys.split(", ")
    with duckdb.connect(os.fspath(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"SELECT {keys}, {sums} FROM datamart.{mart} WHERE {names[-1]} IS NOT NULL GROUP BY {keys}"
        ).fetchall()
    width = len(names)
    measures = {row[:width]: (row[width], *(int(amount * 100) for amount in row[width + 1 :])) for row in found}
    expected = {key if isinstance(key, tuple) else (key,): _measures(one) for key, one in getattr(truth, cells).items()}
    nothing = _measures(Totals())
    assert {key: row for key, row in measures.items() if row != nothing} == {
        key: row for key, row in expected.items() if row != nothing
    }


def _measures(one: Totals) -> tuple[int, ...]:
    return (
        one.orders,
        one.gross_cents,
        one.discount_cents,
        one.shipping_cents,
        one.refund_cents,
        one.net_cents,
    )


@pytest.mark.parametrize("table", EVENTS)
def test_every_planted_defect_is_quarantined_with_its_reason_and_no_clean_row_is_lost(
    warehouse: Path, truth: Ledger, table: str
) -> None:
    defects = [defect for day in WINDOW.days() for defect in planted(SHOP, table, day)]
    copies = Counter(defect.recorded_at.date() for defect in defects if defect.reason == "exact_duplicate")
    with duckdb.connect(os.fspath(warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        key = connection.execute(f"DESCRIBE core.stg_{table}").fetchall()[0][0]
        quarantined = connection.execute(f"SELECT {key}, recorded_at, reason FROM core.quarantine_{table}").fetchall()
        clean = connection.execute(f"SELECT created_date, count(*) FROM core.stg_{table} GROUP BY ALL").fetchall()
        counted = connection.execute(
            "SELECT recorded_date, rows_duplicate FROM datamart.marts_data_quality WHERE table_name = ?", [table]
        ).fetchall()
    assert sorted((row[0], row[1].timestamp(), row[2]) for row in quarantined) == sorted(
        (defect.key, defect.recorded_at.timestamp(), defect.reason)
        for defect in defects
        if defect.reason != "exact_duplicate"
    )
    assert dict(clean) == {day: rows for (name, day), rows in truth.clean_rows.items() if name == table and rows}
    assert {day: rows for day, rows in counted if rows} == dict(copies)
