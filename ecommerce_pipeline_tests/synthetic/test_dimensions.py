from datetime import date, timedelta

import pytest

from ecommerce_pipeline.partitions import start_of
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import DIMENSIONS, TABLES
from ecommerce_pipeline.synthetic import ShopSettings, snapshot
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
    sizes = {table: snapshot(default, table, default.reference_date).num_rows for table in DIMENSIONS}
    assert sizes == {"customers": 100_000, "products": 60_000, "payment_methods": 12, "stores": 40}
    assert snapshot(default, "customers", default.start_date).num_rows == pytest.approx(77_000, rel=0.01)


@pytest.mark.parametrize("table", DIMENSIONS)
def test_rows_are_never_lost_and_change_only_with_a_newer_updated_at(table: str) -> None:
    before: dict[int, Row] = {}
    changes = 0
    for day in DAYS:
        now = by_key(table, day)
        assert before.keys() <= now.keys()
        for key, old in before.items():
            new = now[key]
            if new["updated_at"] == old["updated_at"]:
                assert new == old
            else:
                assert new["updated_at"] > old["updated_at"]
                changes += 1
        assert all(row["updated_at"] < start_of(day) + timedelta(days=1) for row in now.values())
        before = now
    assert changes > 0 or table in ("payment_methods", "stores")


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
        for key, row in first.items():
            assert [row[name] for name in columns] == [last[key][name] for name in columns]


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
        assert came == set(by_key(table, day))


def test_values_are_those_the_contract_names() -> None:
    customers = snapshot(SHOP, "customers", DAYS[-1]).to_pylist()
    assert {row["loyalty_tier"] for row in customers} == {"basic", "silver", "gold", "platinum"}
    assert any(row["birth_date"] is None for row in customers)
    products = snapshot(SHOP, "products", DAYS[-1]).to_pylist()
    assert all(0 < row["unit_cost"] < row["list_price"] for row in products)
    assert 0.01 < sum(not row["is_active"] for row in products) / len(products) < 0.06
    methods = snapshot(SHOP, "payment_methods", DAYS[-1]).to_pylist()
    assert {row["method_type"] for row in methods} == {
        "card", "wallet", "bank_transfer", "pay_later", "gift_card", "cash",
    }  # fmt: skip
    assert [row["code"] for row in methods if not row["is_online"]] == ["cash"]
