"""The marts against the shop's ledger, which is computed in Python integers: to the cent, day by day."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from dagster import AssetKey
from pyarrow.parquet import read_metadata

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, business_key
from ecommerce_pipeline.synthetic import RULES, Ledger, Totals, ledger, planted, snapshot
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.platform import Platform

WINDOW = Days.of_keys("2026-03-02", "2026-03-08")
SUMS = "orders_paid, units, gross_amount, discount_amount, refund_amount, net_amount, shipping_amount"


@pytest.fixture(scope="module")
def truth(week: Platform) -> Ledger:
    return ledger(shop_settings(week.settings), WINDOW)


def expected(totals: Totals) -> tuple[object, ...]:
    cents = (
        totals.gross_cents,
        totals.discount_cents,
        totals.refund_cents,
        totals.gross_cents - totals.discount_cents - totals.refund_cents,
        totals.shipping_cents,
    )
    return (totals.orders, totals.units, *(Decimal(amount) / 100 for amount in cents))


def test_every_day_of_the_sales_mart_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    found = {
        day: tuple(sums) for day, *sums in week.query(f"SELECT created_date, {SUMS} FROM datamart.marts_sales_daily")
    }
    assert found == {day: expected(totals) for day, totals in truth.by_day.items() if totals != Totals()}
    assert sum(totals.refund_cents for totals in truth.by_day.values()) > 0


def test_every_channel_and_store_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    query = f"SELECT created_date, channel, store_id, {SUMS} FROM datamart.marts_channel_store_daily"
    by_channel: dict[object, list[tuple[object, ...]]] = {}
    by_store = {}
    for day, channel, store, *sums in week.query(query):
        by_channel.setdefault((day, channel), []).append(tuple(sums))
        if store is not None and any(sums):
            by_store[day, store] = tuple(sums)
    added = {cell: tuple(map(sum, zip(*rows, strict=True))) for cell, rows in by_channel.items()}
    assert {cell: sums for cell, sums in added.items() if any(sums)} == {
        cell: expected(totals) for cell, totals in truth.by_channel.items()
    }
    assert by_store == {cell: expected(totals) for cell, totals in truth.by_store.items()}


def test_every_payment_method_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    columns = SUMS.replace("units, ", "")
    query = f"SELECT created_date, payment_method_id, {columns} FROM datamart.marts_payment_transaction_summary"
    found = {(day, method): tuple(sums) for day, method, *sums in week.query(query) if any(sums)}
    wanted = {cell: expected(totals) for cell, totals in truth.by_payment_method.items()}
    assert found == {cell: (orders, *amounts) for cell, (orders, _units, *amounts) in wanted.items()}


def test_failed_payments_are_counted_and_bring_no_revenue(week: Platform, truth: Ledger) -> None:
    found = dict(
        week.query("SELECT created_date, orders_unpaid FROM datamart.marts_sales_daily WHERE orders_unpaid > 0")
    )
    assert found == {day: orders for day, orders in truth.unpaid_orders.items() if orders}
    assert sum(found.values()) > 0


@pytest.mark.parametrize(
    ("dimension", "table"),
    [
        ("dim_customer", "customers"),
        ("dim_product", "products"),
        ("dim_payment", "payment_methods"),
        ("dim_store", "stores"),
    ],
)
def test_every_dimension_has_the_values_of_the_shop_on_the_last_day(week: Platform, dimension: str, table: str) -> None:
    rows = snapshot(shop_settings(week.settings), table, WINDOW.last)
    names = [name for (name, *_) in week.query(f"DESCRIBE core.{dimension}") if name in rows.column_names]
    assert len(names) >= len(rows.column_names) - 2, "all but the times of registration, launch and change"
    found = week.query(f"SELECT {', '.join(names)} FROM core.{dimension} ORDER BY ALL")
    assert found == [tuple(row.values()) for row in rows.select(names).to_pylist()]


def test_weeks_begin_on_monday_and_every_day_has_its_names(week: Platform) -> None:
    columns = "date_day, week_start_date, month_start_date, iso_week_number, day_name, month_name, is_weekend"
    for day, monday, first, number, name, month, weekend in week.query(f"SELECT {columns} FROM core.dim_date"):
        assert isinstance(day, date)
        assert monday == day - timedelta(days=day.weekday())
        assert (first, number) == (day.replace(day=1), day.isocalendar().week)
        assert (name, month, weekend) == (f"{day:%A}", f"{day:%B}", day.weekday() >= 5)


def test_lines_of_an_order_are_counted_once(week: Platform) -> None:
    [(orders, lines)] = week.query("SELECT count(DISTINCT transaction_id), count(*) FROM core.fact_transaction")
    assert lines > orders
    [(facts, source)] = week.query("""
        SELECT
            (SELECT sum(net_amount) FROM core.fact_transaction),
            (SELECT sum(gross_amount - discount_amount) FROM core.stg_transactions)
    """)
    assert facts == source


@pytest.mark.parametrize("table", EVENTS)
def test_every_planted_defect_is_quarantined_with_its_reason_and_no_clean_row_is(week: Platform, table: str) -> None:
    shop = shop_settings(week.settings)
    key = business_key(TABLES[table])
    all_planted = [defect for day in WINDOW.days() for defect in planted(shop, table, day)]
    broken = {(d.key, d.recorded_at.astimezone(UTC), d.reason) for d in all_planted if d.reason != "exact_duplicate"}
    quarantined = week.query(f"SELECT {key}, recorded_at, reason FROM core.quarantine_{table}")
    assert {(k, written.astimezone(UTC), reason) for k, written, reason in quarantined} == broken
    assert len(quarantined) == len(broken)
    assert {reason for _, _, reason in broken} == set(RULES[table])


@pytest.mark.parametrize("table", EVENTS)
def test_no_clean_row_is_lost_and_none_is_duplicated(week: Platform, truth: Ledger, table: str) -> None:
    found = dict(week.query(f"SELECT created_date, count(*) FROM core.stg_{table} GROUP BY ALL"))
    assert found == {day: rows for (name, day), rows in truth.clean_rows.items() if name == table and rows}


def test_rows_in_are_valid_or_quarantined_or_exact_duplicates(week: Platform) -> None:
    shop = shop_settings(week.settings)
    found = week.query("""
        SELECT table_name, recorded_date, rows_in - rows_valid - rows_quarantined, rows_duplicate
        FROM datamart.marts_data_quality WHERE rows_in > 0
    """)
    for table, day, unaccounted, duplicates in found:
        assert unaccounted == duplicates, (table, day)
    for table in EVENTS:
        late = f"SELECT count(*) FROM core.stg_{table} WHERE recorded_date > created_date"
        counted = f"SELECT sum(rows_late) FROM datamart.marts_data_quality WHERE table_name = '{table}'"
        assert week.query(late) == week.query(counted) != [(0,)]
    # A duplicate whose original was written before the window is the only copy in it, and valid.
    reported = sum(duplicates for _, _, _, duplicates in found)
    assert (
        0
        < reported
        <= sum(
            defect.reason == "exact_duplicate"
            for t in EVENTS
            for day in WINDOW.days()
            for defect in planted(shop, t, day)
        )
    )


def test_the_graph_shows_how_many_rows_of_a_day_break_each_rule(week: Platform) -> None:
    for table in EVENTS:
        for day, metadata in metadata_by_day(week, "core", f"quarantine_{table}").items():
            where = f"core.quarantine_{table} WHERE recorded_date = '{day}'"
            by_rule = week.query(f"SELECT reason, count(*) FROM {where} GROUP BY ALL")
            assert metadata["rows quarantined"] == sum(count for _, count in by_rule)  # type: ignore[misc]
            lines = {f"| {rule} | {count:,} |" for rule, count in by_rule} or {"none"}
            assert lines <= set(str(metadata["rows by rule"]).replace("\\", "").splitlines())
        assert week.query(f"SELECT count(*) FROM core.quarantine_{table}") != [(0,)]


def test_a_row_corrected_in_the_source_leaves_quarantine_when_its_day_runs_again(
    new_platform: Callable[..., Platform],
) -> None:
    platform = new_platform("corrected")
    platform.run("2026-03-07")
    chosen = "SELECT refund_id, recorded_at FROM core.quarantine_refunds WHERE reason = 'bad_amount' ORDER BY ALL"
    (refund, recorded_at), *others = platform.query(chosen)
    with postgres(platform.settings).connect() as connection:
        connection.execute(
            "UPDATE ecommerce.refunds SET amount = 0.01 WHERE refund_id = %s AND recorded_at = %s",
            [refund, recorded_at],
        )
    for job in ("extract", "load", "transform"):
        platform.run("2026-03-07", job=job)
    assert platform.query(chosen) == others
    assert platform.query(f"SELECT amount FROM core.stg_refunds WHERE refund_id = {refund}") == [(Decimal("0.01"),)]


def metadata_by_day(platform: Platform, *key: str) -> dict[str, dict[str, object]]:
    """Return the metadata of an asset's materializations in the week, by day."""
    records = platform.instance.fetch_materializations(AssetKey(key), limit=20).records
    found = {str(one.partition_key): one.asset_materialization for one in records}
    assert sorted(found) == [str(day) for day in WINDOW.days()]
    return {day: {name: value.value for name, value in one.metadata.items()} for day, one in found.items() if one}


BY_DAY = {
    ("source", "transactions"): "SELECT recorded_at::DATE, count(*) FROM staging.transactions GROUP BY 1",
    ("lake", "transactions"): "SELECT recorded_at::DATE, count(*) FROM staging.transactions GROUP BY 1",
    ("staging", "transactions"): "SELECT recorded_at::DATE, count(*) FROM staging.transactions GROUP BY 1",
    ("staging", "reconciliation"): "SELECT recorded_at::DATE, count(*) FROM staging.reconciliation GROUP BY 1",
    ("core", "stg_transactions"): "SELECT recorded_date, count(*) FROM core.stg_transactions GROUP BY 1",
    ("core", "quarantine_refunds"): "SELECT recorded_date, count(*) FROM core.quarantine_refunds GROUP BY 1",
    ("core", "fact_refund"): "SELECT created_date, count(*) FROM core.fact_refund GROUP BY 1",
    ("datamart", "marts_product_daily"): "SELECT created_date, count(*) FROM datamart.marts_product_daily GROUP BY 1",
}


@pytest.mark.parametrize("key", BY_DAY, ids="/".join)
def test_a_day_of_a_range_shows_its_own_rows(week: Platform, key: tuple[str, str]) -> None:
    """Each day showed the sum of the range, or the rows of the whole table, so that plots were flat."""
    rows = {str(day): count for day, count in week.query(BY_DAY[key])}
    for day, metadata in metadata_by_day(week, *key).items():
        assert metadata["dagster/row_count"] == metadata["dagster/partition_row_count"] == rows.get(day, 0)
    assert len({rows.get(str(day), 0) for day in WINDOW.days()}) > 1 or key[1] == "reconciliation"


def test_a_day_of_a_range_shows_its_own_object_and_rows_as_preview(week: Platform) -> None:
    """Each day showed the address of the last day's object, and its rows."""
    for day, metadata in metadata_by_day(week, "lake", "transactions").items():
        uri = Path(str(metadata["dagster/uri"]))
        assert uri == week.settings.lake_dir / "transactions" / f"date={day}" / "part-0.parquet"
        assert (metadata["bytes"], metadata["dagster/row_count"]) == (uri.stat().st_size, read_metadata(uri).num_rows)
    for layer in ("source", "lake", "staging", "core"):
        table = "stg_transactions" if layer == "core" else "transactions"
        by_day = metadata_by_day(week, layer, table)
        previews = {day: metadata["preview"] for day, metadata in by_day.items() if "preview" in metadata}
        assert len(previews) == (len(WINDOW) if layer in {"source", "lake"} else 1)
        for day, preview in previews.items():
            header, _, *rows = [line.strip("| ").split(" | ") for line in str(preview).replace("\\", "").splitlines()]
            assert {row[header.index("recorded_at")][:10] for row in rows} == {day}


@pytest.mark.parametrize("key", [("source", "stores"), ("lake", "stores"), ("staging", "stores"), ("core", "dim_date")])
def test_a_table_that_is_replaced_whole_shows_its_rows_at_the_last_day_of_a_range(
    week: Platform, key: tuple[str, str]
) -> None:
    by_day = metadata_by_day(week, *key)
    table = f"{key[0]}.{key[1]}" if key[0] == "core" else "staging.stores"
    newest = by_day.pop(str(WINDOW.last))
    assert [(newest["dagster/row_count"],)] == week.query(f"SELECT count(*) FROM {table}")
    for metadata in by_day.values():
        assert metadata == {name: value for name, value in newest.items() if name in {"window", "dagster/uri"}}


def test_metadata_of_a_model_as_a_whole_is_stored_once(week: Platform) -> None:
    by_day = metadata_by_day(week, "core", "fact_transaction")
    newest = by_day.pop(str(WINDOW.last))
    # The UI shows the newest partition's metadata as that of the asset.
    of_table = {"preview", "rows in table", "dagster/column_lineage", "unique_id"}
    assert newest.keys() >= of_table
    for metadata in by_day.values():
        assert not metadata.keys() & of_table
