"""Versions of products and customers, kept as they are seen, and the marts of what is valued with them: to the cent."""

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import DIMENSIONS
from ecommerce_pipeline.synthetic import ShopSettings, snapshot
from ecommerce_pipeline.synthetic.sales import Sales, sales
from ecommerce_pipeline.synthetic.sales_ledger import (
    campaigns,
    coupons,
    lifetime_values,
    repeat_purchases,
    returns,
    unit_economics,
)
from ecommerce_pipeline_tests.dbt.conftest import Dbt, run_variables
from ecommerce_pipeline_tests.support.marts import MODELS_AND_SEEDS, stage
from ecommerce_pipeline_tests.support.staged import with_staging
from ecommerce_pipeline_tests.support.true_marts import Query, cells_of_mart, true_cells

DAYS = Days.parse("2026-01-01 to 2026-01-03, 2026-01-20, 2026-02-10, 2026-03-19 to 2026-03-20")
READ_ON = (date(2026, 3, 1), date(2026, 2, 10), DAYS.last)
"""The days after which the dimensions are read, in the order of the runs; the last one builds everything."""
SHOP = ShopSettings(
    seed=5,
    start_date=DAYS.first,
    reference_date=date(2031, 3, 31),
    customers=20_000,
    products=12_000,
    stores=2,
    late_rate=0.1,
    change_rate=0.5,
    duplicate_rate=0.05,
    broken_rate=0.05,
)
COLUMNS = {"product": "category, subcategory, brand, list_price, unit_cost", "customer": "country, loyalty_tier"}


@pytest.fixture(scope="module")
def query(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """Query a warehouse with all days, whose dimensions were read before; once with a wrong cost, corrected since."""
    path = with_staging(tmp_path_factory.mktemp("versions") / "warehouse.duckdb")
    stage(path, SHOP, DAYS)
    for day in READ_ON:
        read(path, day)
        if day == READ_ON[0]:
            with duckdb.connect(os.fspath(path)) as connection:
                connection.execute(f"UPDATE staging.products SET unit_cost = 1000 WHERE product_id = {corrected()}")
        if day == DAYS.last:
            dbt("build", *MODELS_AND_SEEDS, environment=run_variables(path, DAYS))
        else:
            histories = ("--select", "+dim_product_history", "+dim_customer_history")
            rebuilds = {"REBUILD": str(day != READ_ON[0])}
            dbt("run", *histories, environment=run_variables(path, DAYS, **rebuilds))

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(os.fspath(path), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    return ask


def corrected() -> int:
    """Return a product that does not change between the first and the last read, but by its wrong cost."""
    first, last = (
        {(row["product_id"], row["updated_at"]) for row in snapshot(SHOP, "products", day).to_pylist()}
        for day in (READ_ON[0], DAYS.last)
    )
    return min(product for product, _ in first & last)


def read(warehouse: Path, day: date) -> None:
    """Replace the dimensions in staging by those of the end of a day."""
    with duckdb.connect(os.fspath(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in DIMENSIONS:
            connection.register("rows", snapshot(SHOP, name, day))
            connection.execute(f"DELETE FROM staging.{name}")
            connection.execute(f"INSERT INTO staging.{name} FROM rows")


@pytest.fixture(scope="module")
def known() -> Sales:
    return sales(SHOP, DAYS, DAYS.last, READ_ON)


@pytest.mark.parametrize("name", COLUMNS)
def test_each_version_seen_is_kept_once_whatever_the_order_of_runs_and_the_newest_values_of_it_win(
    query: Query, name: str
) -> None:
    key, table = f"{name}_id", f"{name}s"
    columns = [key, "updated_at", *COLUMNS[name].split(", ")]
    seen = {
        (row[key], row["updated_at"]): tuple(row.values())
        for day in READ_ON
        for row in snapshot(SHOP, table, day).select(columns).to_pylist()
    }
    found = query(f"SELECT {key}, valid_from, {COLUMNS[name]} FROM core.dim_{name}_history")
    assert sorted(found) == sorted(seen.values())
    assert len(seen) > len({number for number, _ in seen}) + 50
    present = {row[key] for row in snapshot(SHOP, table, DAYS.last).select([key]).to_pylist()}
    assert {number for number, _ in seen} > present, "what the shop has deleted is kept"
    spans = query(f"SELECT {key}, valid_from, valid_to, is_earliest FROM core.dim_{name}_history ORDER BY ALL")
    for (number, _, end, _), following in zip(spans, [*spans[1:], (None, None, None, True)], strict=True):
        is_same = following[0] == number
        assert (end, following[3]) == (following[1] if is_same else None, not is_same)


@pytest.mark.parametrize(
    ("mart", "cells"),
    [
        ("unit_economics_daily", unit_economics),
        ("coupon_daily", coupons),
        ("campaign_daily", campaigns),
        ("returns", returns),
    ],
)
def test_each_sale_has_the_cost_of_its_time_to_the_cent(query: Query, known: Sales, mart: str, cells: Any) -> None:
    assert cells_of_mart(query, mart, DAYS) == true_cells(mart, cells(known), DAYS)


def test_the_sales_have_every_case(known: Sales) -> None:
    totals = sum(unit_economics(known).values(), Counter[str]())
    assert min(totals[name] for name in ("units_at_earliest_cost", "units_without_cost", "units_returned")) > 0
    assert 0 < totals["units_at_earliest_cost"] < totals["units"]
    versions = {(one.product, one.cost.cents) for one in known.sold}
    assert len(versions) > len({product for product, _ in versions}) + 20
    assert {back.deal.day is None for back in known.returned} == {True, False}


def test_products_have_the_cost_and_margin_of_their_sales(query: Query, known: Sales) -> None:
    found = query("SELECT sum(cost_amount), sum(margin_amount) FROM datamart.marts_product_performance")
    totals = sum(unit_economics(known).values(), Counter[str]())
    assert found == [(Decimal(totals["cost_cents"]) / 100, Decimal(totals["margin_cents"]) / 100)]


def test_cohorts_have_the_value_of_their_first_days_once_all_of_them_have_had_these(query: Query, known: Sales) -> None:
    columns = "cohort_month, channel, days, cohort_customers, net_amount, margin_amount"
    rows = query(f"SELECT {columns} FROM datamart.marts_customer_ltv_cohort")
    expected = {
        cell: (
            customers,
            None if totals is None else Decimal(totals["net_cents"]) / 100,
            None if totals is None or "margin_cents" not in totals else Decimal(totals["margin_cents"]) / 100,
        )
        for cell, (customers, totals) in lifetime_values(known, DAYS.last).items()
    }
    assert {row[:3]: row[3:] for row in rows} == expected
    january = [net for (month, _, days), (_, net, _) in expected.items() if month == DAYS.first and days <= 60]
    assert len({net for net in january if net is not None}) > 4


def test_second_and_third_orders_are_counted_by_the_days_since_the_first(query: Query, known: Sales) -> None:
    rows = query("SELECT cohort_month, order_number, days_since_first, customers FROM datamart.marts_repeat_purchase")
    expected = repeat_purchases(known)
    assert {row[:3]: row[3] for row in rows} == expected
    assert {number for _, number, _ in expected} == {1, 2, 3}
    sizes = query("SELECT DISTINCT cohort_month, cohort_customers FROM datamart.marts_repeat_purchase")
    assert dict(sizes) == {month: count for (month, number, _), count in expected.items() if number == 1}
