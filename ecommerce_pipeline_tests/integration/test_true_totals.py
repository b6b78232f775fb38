"""The marts against the shop's ledger, which is computed in Python integers: to the cent, day by day."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from dagster import AssetKey
from pyarrow.parquet import read_metadata

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.personal import personal_columns
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, business_key
from ecommerce_pipeline.synthetic import (
    RULES,
    Cell,
    Ledger,
    Marketing,
    Totals,
    ledger,
    marketing,
    planted,
    snapshot,
    stock,
    written,
)
from ecommerce_pipeline.synthetic.changes import MOST_DAYS_MOVED, NEVER
from ecommerce_pipeline.synthetic.life import life_of
from ecommerce_pipeline.synthetic.sales import sales
from ecommerce_pipeline.synthetic.sales_ledger import campaigns, coupons, returns, unit_economics
from ecommerce_pipeline_tests.support.platform import Platform
from ecommerce_pipeline_tests.support.true_marts import cells_of_mart, true_cells
from ecommerce_pipeline_tests.synthetic.support import lived

WEEK = Days.of_keys("2026-03-02", "2026-03-08")
# To the first days of the week orders are moved from before it, without their lines.
EXACT = Days.of(day for day in WEEK if (day - WEEK.first).days >= MOST_DAYS_MOVED)
IN_EXACT = within(EXACT)
SUMS = "orders_sold, units, gross_amount, discount_amount, refund_amount, net_amount, shipping_amount"


@pytest.fixture(scope="module")
def truth(week: Platform) -> Ledger:
    return ledger(shop_settings(week.settings), EXACT, as_of=WEEK.last, since=WEEK.first)


def expected(totals: Totals) -> tuple[object, ...]:
    cents = (
        totals.gross_cents,
        totals.discount_cents,
        totals.refund_cents,
        totals.net_cents,
        totals.shipping_cents,
    )
    return (totals.orders_sold, totals.units, *(Decimal(amount) / 100 for amount in cents))


def test_every_day_of_the_sales_mart_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    found = {
        day: tuple(sums)
        for day, *sums in week.query(f"SELECT business_date, {SUMS} FROM datamart.marts_sales_daily WHERE {IN_EXACT}")
    }
    assert found == {day: expected(totals) for day, totals in truth.by_day.items() if totals != Totals()}
    assert sum(totals.refund_cents for totals in truth.by_day.values()) > 0


def test_every_channel_and_store_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    sums = re.sub(r"(\w+)", r"sum(\1)", SUMS)
    query = f"SELECT business_date, channel, store_id, {sums} FROM datamart.marts_channel_store_daily WHERE {IN_EXACT}"
    by_channel: dict[object, list[tuple[object, ...]]] = {}
    by_store = {}
    for day, channel, store, *amounts in week.query(f"{query} GROUP BY ALL"):
        by_channel.setdefault((day, channel), []).append(tuple(amounts))
        if store is not None and any(amounts):
            by_store[day, store] = tuple(amounts)
    added = {cell: tuple(map(sum, zip(*rows, strict=True))) for cell, rows in by_channel.items()}
    assert {cell: sums for cell, sums in added.items() if any(sums)} == {
        cell: expected(totals) for cell, totals in truth.by_channel.items()
    }
    assert by_store == {cell: expected(totals) for cell, totals in truth.by_store.items()}


def test_every_payment_method_matches_the_ledger(week: Platform, truth: Ledger) -> None:
    columns = SUMS.replace("units, ", "")
    mart = f"datamart.marts_payment_transaction_summary WHERE {IN_EXACT}"
    query = f"SELECT business_date, payment_method_id, {columns} FROM {mart}"
    found = {(day, method): tuple(sums) for day, method, *sums in week.query(query) if any(sums)}
    wanted = {cell: expected(totals) for cell, totals in truth.by_payment_method.items()}
    assert found == {cell: (orders, *amounts) for cell, (orders, _units, *amounts) in wanted.items()}


def test_margins_coupons_campaigns_and_returns_match_the_ledger_with_the_costs_that_one_run_sees(
    week: Platform,
) -> None:
    """The run has read products once, after the last day: what was sold before a change has the newer cost."""
    known = sales(shop_settings(week.settings), WEEK, WEEK.last, read_on=[WEEK.last], since=WEEK.first)
    for mart, cells in (
        ("unit_economics_daily", unit_economics(known)),
        ("coupon_daily", coupons(known)),
        ("campaign_daily", campaigns(known)),
        ("returns", returns(known)),
    ):
        assert cells_of_mart(week.query, mart, EXACT) == true_cells(mart, cells, EXACT), mart
    everything = sum(unit_economics(known).values(), Counter[str]())
    assert min(everything[name] for name in ("units_at_earliest_cost", "margin_cents", "refund_cents")) > 0


def test_orders_that_are_not_sold_are_counted_by_state_and_bring_no_revenue(week: Platform, truth: Ledger) -> None:
    states = ("orders_placed", "orders_cancelled", "orders_part_paid", "orders_unpaid")
    query = f"SELECT business_date, {', '.join(states)} FROM datamart.marts_sales_daily WHERE {IN_EXACT}"
    found = {day: tuple(counts) for day, *counts in week.query(query)}
    assert found == {day: tuple(getattr(one, name) for name in states) for day, one in truth.by_day.items()}
    assert all(sum(counts) > 0 for counts in zip(*found.values(), strict=True))


def test_every_source_and_campaign_matches_the_ledger_of_marketing(week: Platform) -> None:
    columns = "ad_cost_amount, clicks, impressions, sessions, orders_sold, orders_new, amount_before_refunds"
    query = f"SELECT business_date, traffic_source, campaign, {columns} FROM datamart.marts_marketing_daily"
    found = {}
    for day, source, campaign, cost, *counts, amount in week.query(f"{query} WHERE {IN_EXACT}"):
        found[Cell(day, source, campaign)] = Marketing(int(cost * 100), *counts, int(amount * 100))
    truth = marketing(shop_settings(week.settings), EXACT, as_of=WEEK.last, since=WEEK.first)
    assert found == truth
    total = sum(truth.values(), Marketing())
    assert min(total.cost_cents, total.orders_new, total.orders_sold - total.orders_new) > 0
    [(orders, amount)] = week.query(
        f"SELECT sum(orders_sold), sum(gross_amount - discount_amount) FROM datamart.marts_sales_daily WHERE {IN_EXACT}"
    )
    assert (total.orders_sold, Decimal(total.amount_cents) / 100) == (orders, amount)


def test_the_stock_of_every_product_matches_its_ledger(week: Platform) -> None:
    columns = "product_id, on_hand, incoming, days_out_of_stock, units_sold"
    found = {
        product: tuple(map(int, levels))
        for product, *levels in week.query(f"SELECT {columns} FROM datamart.marts_inventory_cover")
    }
    truth = stock(shop_settings(week.settings), as_of=WEEK.last, since=WEEK.first)
    assert found == {
        product: (one.on_hand, one.incoming, one.days_out_of_stock, one.units_sold) for product, one in truth.items()
    }
    assert all(map(sum, zip(*found.values(), strict=True)))
    [(other,)] = week.query("""
        SELECT count(*) FROM datamart.marts_inventory_cover
        WHERE days_counted <> 7 OR units_available <> units_sold + on_hand
            OR days_of_cover IS DISTINCT FROM CASE WHEN units_sold > 0 THEN floor(on_hand * 7 / units_sold) END
            OR abs(units_lost - units_sold * days_out_of_stock / (7 - days_out_of_stock)) >= 0.001
            OR abs(amount_lost - amount_before_refunds * days_out_of_stock / (7 - days_out_of_stock)) >= 0.0001
    """)
    assert other == 0


def test_it_is_known_on_every_day_which_orders_were_sold_by_then(week: Platform) -> None:
    """By the lives of the orders, as of the end of each day; but of what the shop's database does not keep.

    That is an order that was edited, moved or deleted since, a row whose `updated_at` is before its commit, and when an
    order with nothing to pay was written.
    """
    shop = shop_settings(week.settings)
    columns = "transaction_id, sold_on, cancelled_at::DATE"
    found = {order: span for order, *span in week.query(f"SELECT {columns} FROM core.fact_order")}
    compared = Counter[bool]()
    for day in WEEK:
        life = life_of(shop, day)
        changes, total = life.changes, life.orders.headers["total_amount"]
        kept = (changes.edited == NEVER) & (changes.moved == NEVER) & (changes.deleted == NEVER)
        kept &= ~changes.delivery.committed_late & ((total > 0) | (changes.delivery.late == 0))
        which = np.flatnonzero(kept)
        keys = life.orders.headers["transaction_id"][which].tolist()
        for as_of in (one for one in WEEK if one >= day):
            age = (as_of - day).days
            for key, sold, there in zip(keys, life.sold(which, age), life.present(which, age), strict=True):
                from_, until = found.get(key, (None, None))
                known = from_ is not None and from_ <= as_of and (until is None or until > as_of)
                assert known == sold, (key, day, as_of, from_, until, there)
                compared[bool(sold)] += 1
    assert min(compared[True], compared[False]) > 1000


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
    rows = snapshot(shop_settings(week.settings), table, WEEK.last)
    names = [name for (name, *_) in week.query(f"DESCRIBE core.{dimension}") if name in rows.column_names]
    expected = set(rows.column_names) - personal_columns(TABLES[table]).keys()
    assert len(names) >= len(expected) - 2, "all but what is personal and the times of registration, launch and change"
    # Guests and what is unknown have negative keys.
    of_shop = f"core.{dimension} WHERE {business_key(TABLES[table])} > 0"
    found = week.query(f"SELECT {', '.join(names)} FROM {of_shop} ORDER BY ALL")
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
            (
                SELECT sum(gross_amount - discount_amount) FROM core.stg_transactions
                WHERE transaction_id IN (SELECT transaction_id FROM core.stg_transaction_items)
            )
    """)
    assert facts == source


@pytest.mark.parametrize("table", EVENTS)
def test_every_planted_defect_is_quarantined_with_its_reason_and_no_clean_row_is(week: Platform, table: str) -> None:
    shop, key = shop_settings(week.settings), business_key(TABLES[table])
    rules = set(RULES[table])
    broken = Counter(
        (one.key, one.updated_at.astimezone(UTC), one.reason)
        for day in WEEK
        for one in planted(shop, table, day)
        if one.reason in rules
    )
    quarantined = week.query(f"SELECT {key}, updated_at, reason FROM core.quarantine_{table}")
    assert Counter((number, at.astimezone(UTC), reason) for number, at, reason in quarantined) == broken
    assert {reason for _, _, reason in broken} == rules


@pytest.fixture(scope="module")
def rows_in(week: Platform) -> dict[str, list[tuple[date, int, datetime]]]:
    """Return the business day, key and time of change of each row, copies too, after the week of the shop's life."""
    shop = shop_settings(week.settings)
    database = lived(shop, WEEK)
    return {
        table: [
            (day, row[business_key(TABLES[table])], row["updated_at"])
            for day, rows in database.by_day(table, shop.time_zone).items()
            for row in rows
            if day in WEEK
        ]
        for table in EVENTS
    }


@pytest.mark.parametrize("table", EVENTS)
def test_no_clean_row_is_lost_and_none_is_duplicated(
    week: Platform, rows_in: dict[str, list[tuple[date, int, datetime]]], table: str
) -> None:
    shop, key = shop_settings(week.settings), business_key(TABLES[table])
    broken = {one.key for day in WEEK for one in planted(shop, table, day) if one.reason in RULES[table]}
    clean = {row for row in rows_in[table] if row[1] not in broken}
    found = week.query(f"SELECT business_date, {key}, updated_at FROM core.stg_{table}")
    assert len(found) == len(clean) > 0
    assert set(found) == clean


def test_rows_in_are_valid_or_quarantined_or_duplicates(
    week: Platform, rows_in: dict[str, list[tuple[date, int, datetime]]]
) -> None:
    columns = "rows_in, rows_valid, rows_quarantined, rows_duplicate, rows_superseded"
    for table in EVENTS:
        query = f"SELECT business_date, {columns} FROM datamart.marts_data_quality WHERE table_name = '{table}'"
        found = {day: counts for day, *counts in week.query(query)}
        for day in WEEK:
            in_, valid, quarantined, duplicate, superseded = found[day]
            assert in_ == sum(row[0] == day for row in rows_in[table]) == valid + quarantined + duplicate
            assert superseded == 0, "the shop's application leaves one version of a row"
        once = len(set(rows_in[table]))
        [(contradictions,)] = week.query(
            f"SELECT count(*) FROM core.quarantine_{table} WHERE reason = 'conflicting_duplicate'"
        )
        duplicates = sum(counts[3] for counts in found.values())
        assert duplicates == len(rows_in[table]) - once - contradictions // 2 > 0


def test_the_graph_shows_how_many_rows_of_a_day_break_each_rule(week: Platform) -> None:
    for table in EVENTS:
        for day, metadata in metadata_by_day(week, "core", f"quarantine_{table}").items():
            where = f"core.quarantine_{table} WHERE business_date = '{day}'"
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
    chosen = "SELECT refund_id FROM core.quarantine_refunds WHERE reason = 'bad_amount' ORDER BY ALL"
    (refund,), *others = platform.query(chosen)
    with platform.source() as connection:
        connection.execute("UPDATE ecommerce.refunds SET goods_amount = 0.01 WHERE refund_id = %s", [refund])
    for job in ("extract", "load", "transform"):
        platform.run("2026-03-07", job=job)
    assert platform.query(chosen) == others
    assert platform.query(f"SELECT goods_amount FROM core.stg_refunds WHERE refund_id = {refund}") == [
        (Decimal("0.01"),)
    ]


def metadata_by_day(platform: Platform, *key: str) -> dict[str, dict[str, object]]:
    """Return the metadata of an asset's materializations in the week, by day."""
    records = platform.instance.fetch_materializations(AssetKey(key), limit=20).records
    found = {str(one.partition_key): one.asset_materialization for one in records}
    assert sorted(found) == [str(day) for day in WEEK]
    return {day: {name: value.value for name, value in one.metadata.items()} for day, one in found.items() if one}


BY_DAY = {
    ("lake", "transactions"): "SELECT business_date, count(*) FROM staging.transactions GROUP BY 1",
    ("staging", "transactions"): "SELECT business_date, count(*) FROM staging.transactions GROUP BY 1",
    ("staging", "reconciliation"): "SELECT business_date, count(*) FROM staging.reconciliation GROUP BY 1",
    ("core", "stg_transactions"): "SELECT business_date, count(*) FROM core.stg_transactions GROUP BY 1",
    ("core", "quarantine_refunds"): "SELECT business_date, count(*) FROM core.quarantine_refunds GROUP BY 1",
    ("core", "fact_refund"): "SELECT business_date, count(*) FROM core.fact_refund GROUP BY 1",
    ("datamart", "marts_product_daily"): "SELECT business_date, count(*) FROM datamart.marts_product_daily GROUP BY 1",
}


@pytest.mark.parametrize("key", BY_DAY, ids="/".join)
def test_a_day_of_a_range_shows_its_own_rows(week: Platform, key: tuple[str, str]) -> None:
    """Each day showed the sum of the range, or the rows of the whole table, so that plots were flat."""
    rows = {str(day): count for day, count in week.query(BY_DAY[key])}
    for day, metadata in metadata_by_day(week, *key).items():
        assert metadata["dagster/row_count"] == metadata["dagster/partition_row_count"] == rows.get(day, 0)
    assert len({rows.get(str(day), 0) for day in WEEK}) > 1 or key[1] == "reconciliation"


def test_a_day_of_life_shows_the_rows_that_the_shop_wrote_on_it(week: Platform) -> None:
    for day, metadata in metadata_by_day(week, "source", "transactions").items():
        rows = written(shop_settings(week.settings), "transactions", date.fromisoformat(day)).rows
        assert metadata["dagster/row_count"] == metadata["dagster/partition_row_count"] == rows.num_rows


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
        assert len(previews) == (len(WEEK) if layer in {"source", "lake"} else 1)
        for day, preview in previews.items():
            header, _, *rows = [line.strip("| ").split(" | ") for line in str(preview).replace("\\", "").splitlines()]
            assert {row[header.index("created_at")][:10] for row in rows} == {day}


@pytest.mark.parametrize("key", [("source", "stores"), ("lake", "stores"), ("staging", "stores"), ("core", "dim_date")])
def test_a_table_that_is_replaced_whole_shows_its_rows_at_the_last_day_of_a_range(
    week: Platform, key: tuple[str, str]
) -> None:
    by_day = metadata_by_day(week, *key)
    table = f"{key[0]}.{key[1]}" if key[0] == "core" else "staging.stores"
    newest = by_day.pop(str(WEEK.last))
    assert [(newest["dagster/row_count"],)] == week.query(f"SELECT count(*) FROM {table}")
    for metadata in by_day.values():
        assert metadata == {name: value for name, value in newest.items() if name in {"days", "dagster/uri"}}


def test_metadata_of_a_model_as_a_whole_is_stored_once(week: Platform) -> None:
    by_day = metadata_by_day(week, "core", "fact_transaction")
    newest = by_day.pop(str(WEEK.last))
    # The UI shows the newest partition's metadata as that of the asset.
    of_table = {"preview", "rows in table", "dagster/column_lineage", "unique_id"}
    assert newest.keys() >= of_table
    for metadata in by_day.values():
        assert not metadata.keys() & of_table
