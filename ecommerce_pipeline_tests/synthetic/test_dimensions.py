from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ecommerce_pipeline.partitions import start_of
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import DIMENSIONS, TABLES
from ecommerce_pipeline.synthetic import ShopSettings, deleted, planted, snapshot, state
from ecommerce_pipeline.synthetic.population import unit_cost
from ecommerce_pipeline_tests.synthetic.support import Row, key_of

SHOP = ShopSettings(customers=1500, products=900, stores=12, start_date=date(2025, 1, 1))
DAYS = [date(2025, 1, 1) + timedelta(days=15 * step) for step in range(30)]


def by_key(table: str, day: date) -> dict[int, Row]:
    return {row[key_of(table)]: row for row in snapshot(SHOP, table, day).to_pylist()}


@pytest.mark.parametrize("table", DIMENSIONS)
def test_a_snapshot_has_the_contracts_schema_and_is_sorted_by_its_key(table: str) -> None:
    rows = snapshot(SHOP, table, DAYS[-1])
    rows.validate(full=True)
    assert rows.schema == arrow_schema(TABLES[table])
    found = rows[key_of(table)].to_pylist()
    assert found == sorted(set(found))


@pytest.mark.parametrize("table", DIMENSIONS)
def test_before_the_first_day_a_snapshot_is_empty(table: str) -> None:
    rows = snapshot(SHOP, table, SHOP.start_date - timedelta(days=1))
    assert rows.num_rows == 0
    assert rows.schema == arrow_schema(TABLES[table])


def test_the_sizes_that_were_set_are_those_of_the_reference_date() -> None:
    default = ShopSettings()
    day = default.reference_date
    there = {table: snapshot(default, table, day).num_rows for table in DIMENSIONS}
    gone = {table: deleted(default, table, day).num_rows for table in DIMENSIONS}
    sizes = {"customers": 100_000, "products": 60_000, "payment_methods": 12, "stores": 40}
    assert {table: there[table] + gone[table] for table in DIMENSIONS} == sizes | {"exchange_rates": 0}
    assert {table: there[table] / sizes[table] for table in sizes} == pytest.approx(
        {"customers": 0.992, "products": 0.992, "payment_methods": 1, "stores": 1}, abs=0.003
    )
    assert snapshot(default, "customers", default.start_date).num_rows == pytest.approx(77_000, rel=0.01)


@pytest.mark.parametrize("table", ["customers", "products", "payment_methods", "stores"])
def test_rows_change_only_with_a_newer_updated_at_and_vanish_only_when_deleted(table: str) -> None:
    before: dict[int, Row] = {}
    gone: dict[int, object] = {}
    changes = 0
    for day in DAYS:
        now = by_key(table, day)
        known = {row["key"]: row["deleted_at"] for row in deleted(SHOP, table, day).to_pylist()}
        assert gone.items() <= known.items()
        assert not known.keys() & now.keys()
        assert before.keys() - now.keys() == known.keys() - gone.keys() - (known.keys() - before.keys())
        for key in before.keys() & known.keys() - gone.keys():
            assert before[key]["updated_at"] < known[key] < start_of(day) + timedelta(days=1)
        for key in before.keys() & now.keys():
            old, new = before[key], now[key]
            if new["updated_at"] == old["updated_at"]:
                assert new == old
            else:
                assert new["updated_at"] > old["updated_at"]
                changes += 1
        assert all(row["updated_at"] < start_of(day) + timedelta(days=1) for row in now.values())
        before, gone = now, known
    assert changes > 0 or table in ("payment_methods", "stores")
    assert gone or table in ("payment_methods", "stores")


def test_what_is_deleted_is_listed_as_planted_on_its_day_and_orders_still_name_it() -> None:
    for table, reason in {"customers": "customer_deleted", "products": "product_deleted"}.items():
        listed = [each for step in range(450) for each in planted(SHOP, table, DAYS[0] + timedelta(days=step))]
        assert {each.reason for each in listed} == {reason}
        last = deleted(SHOP, table, DAYS[0] + timedelta(days=449)).to_pylist()
        assert sorted((each.key, each.updated_at) for each in listed) == [
            (row["key"], row["deleted_at"]) for row in last
        ]
    customers = {row["key"]: row["deleted_at"] for row in deleted(SHOP, "customers", DAYS[-1]).to_pylist()}
    bought = [row for step in range(60) for row in orders(DAYS[0] + timedelta(days=step))]
    named = [row["created_at"] < customers[row["customer_id"]] for row in bought if row["customer_id"] in customers]
    assert all(named)
    assert len(named) > 100


def orders(day: date) -> list[Row]:
    return state(SHOP, "transactions", day, day, defects=False).to_pylist()


def test_a_product_costs_what_it_did_on_the_day_or_at_its_launch() -> None:
    """An order's date may be corrected to a day before a product's launch."""
    day = DAYS[20]
    rows = [row for row in by_key("products", day).values() if row["updated_at"] == row["launched_at"]]
    products = np.array([row["product_id"] for row in rows], dtype=np.int64)
    assert len(products) > 20
    for on in (day, date(2010, 1, 1)):
        assert unit_cost(SHOP, products, on).tolist() == [int(row["unit_cost"] * 100) for row in rows]
    first, then = by_key("products", DAYS[0]), by_key("products", day)
    both = np.array(sorted(first.keys() & then.keys()), dtype=np.int64)
    for on, of in ((DAYS[0], first), (day, then)):
        assert unit_cost(SHOP, both, on).tolist() == [int(of[key]["unit_cost"] * 100) for key in both.tolist()]


def test_nothing_is_deleted_in_a_shop_without_changes() -> None:
    assert deleted(replace(SHOP, change_rate=0), "customers", DAYS[-1]).num_rows == 0


def test_a_change_is_dated_after_the_last_snapshot_without_it() -> None:
    """An upsert by newest `updated_at` would keep a stale row if a change were dated before the old snapshot."""
    for table in ("customers", "products"):
        day = date(2025, 6, 1)
        old, new = by_key(table, day), by_key(table, day + timedelta(days=1))
        changed = [key for key in new if key in old and new[key] != old[key]]
        assert changed
        for key in [*changed, *(new.keys() - old.keys())]:
            assert new[key]["updated_at"] >= start_of(day + timedelta(days=1))


def test_what_a_row_is_called_and_when_it_came_never_change() -> None:
    lasting = {"customers": ("email", "registered_at", "birth_date"), "products": ("sku", "launched_at", "category")}
    for table, columns in lasting.items():
        first, last = by_key(table, DAYS[0]), by_key(table, DAYS[-1])
        for key in first.keys() & last.keys():
            assert [first[key][name] for name in columns] == [last[key][name] for name in columns]


def test_codes_and_addresses_are_unique() -> None:
    unique = {"customers": "email", "products": "sku", "payment_methods": "code", "stores": "code"}
    for table, column in unique.items():
        found = snapshot(SHOP, table, DAYS[-1])[column].to_pylist()
        assert len(set(found)) == len(found)


def test_nobody_comes_before_the_count_of_the_day_says_so() -> None:
    for row in snapshot(SHOP, "customers", DAYS[-1]).to_pylist():
        assert row["registered_at"] <= row["updated_at"]
    for table, column in (("customers", "registered_at"), ("products", "launched_at")):
        day = DAYS[7]
        rows = by_key(table, DAYS[-1])
        came = {key for key, row in rows.items() if row[column] < start_of(day) + timedelta(days=1)}
        assert came == by_key(table, day).keys() & rows.keys()


def test_values_are_those_the_contract_names() -> None:
    customers = snapshot(SHOP, "customers", DAYS[-1]).to_pylist()
    assert {row["loyalty_tier"] for row in customers} == {"basic", "silver", "gold", "platinum"}
    assert any(row["birth_date"] is None for row in customers)
    products = snapshot(SHOP, "products", DAYS[-1]).to_pylist()
    assert all(0 < row["unit_cost"] < row["list_price"] for row in products)
    first = by_key("products", DAYS[0])
    for column in ("list_price", "unit_cost", "is_active"):
        assert any(row[column] != first[row["product_id"]][column] for row in products if row["product_id"] in first)
    assert 0.01 < sum(not row["is_active"] for row in products) / len(products) < 0.06
    methods = snapshot(SHOP, "payment_methods", DAYS[-1]).to_pylist()
    assert {row["method_type"] for row in methods} == {
        "card", "wallet", "bank_transfer", "pay_later", "gift_card", "cash",
    }  # fmt: skip
    assert [row["code"] for row in methods if not row["is_online"]] == ["cash"]
