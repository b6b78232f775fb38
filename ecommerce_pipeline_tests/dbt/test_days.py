"""The central guarantee, for the models alone: days built in any sets and order equal the source's present state."""

import os
import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline_tests.dbt.conftest import Dbt, run_variables
from ecommerce_pipeline_tests.support.marts import MODELS_AND_SEEDS
from ecommerce_pipeline_tests.support.staged import Row, stage_days, staged_row, with_staging

ALL = Days.parse("2026-03-01 to 2026-03-08")
EDITED, MOVED_TO = date(2026, 3, 4), date(2026, 3, 6)
RATES = {"EUR": Decimal("1.0871"), "JPY": Decimal("0.006543219")}
"""Of yen, a rate whose products with amounts have nine digits after the point."""
FIRST_RUN, SECOND_RUN = "2026-03-20 06:00:00+00", "2026-03-21 06:00:00+00"
KNOWN = "product_name|.*category|brand|loyalty_tier|customer_country|.*cost|cost_amount|margin_amount"
"""Columns of what was known of a product or customer, which a warehouse that has never seen it does not know."""
SUMS = "sum(gross_amount), sum(discount_amount), sum(refund_amount), sum(net_amount)"
BY_VERSION = {
    "unit_economics_daily": f"business_date, channel, device, sum(units), sum(units_returned), {SUMS}",
    "sales_as_known": "business_date, known_date, channel, sum(orders_sold), sum(net_amount)",
    "channel_store_daily": f"business_date, channel, store_id, device, sum(orders_placed), sum(units), {SUMS}",
    "payment_channel_daily": "business_date, channel, payment_method_id, device, sum(attempts), sum(net_amount)",
    "customer_daily": "business_date, channel, device, sum(orders_new), sum(amount_new), sum(amount_returning)",
}
"""By mart of categories or countries, which a version decides, its columns without."""

Shop = dict[str, list[Row]]


def small_shop() -> Shop:
    """Return a shop with every kind of order, with copies, broken rows, missing parts and ties across days."""
    luck = random.Random(7)
    shop: Shop = defaultdict(list)
    for number in range(1, 21):
        shop["customers"].append(staged_row("customers", customer_id=number, loyalty_tier="gold"))
        shop["products"].append(staged_row("products", product_id=number, unit_cost=Decimal(2), is_active=True))
    for number in (1, 2):
        shop["stores"].append(staged_row("stores", store_id=number))
        shop["payment_methods"].append(
            staged_row("payment_methods", payment_method_id=number, fee_percent=Decimal(1), method_type="card")
        )
    for currency, rate in RATES.items():
        key = {"exchange_rate_id": currency, "currency": currency, "valid_from": ALL.first}
        shop["exchange_rates"].append(staged_row("exchange_rates", **key, rate=rate))
    for number, (day, position) in enumerate(((day, position) for day in ALL for position in range(12)), start=1):
        add_order(shop, number, day, position, luck)
    return shop


def add_order(shop: Shop, number: int, day: date, position: int, luck: random.Random) -> None:
    """Add an order with its visit, lines, payments, refund and review; each position of the day has its own fate."""
    placed = datetime(day.year, day.month, day.day, 10, position, tzinfo=UTC)
    times: Row = {"created_at": placed, "updated_at": placed + timedelta(minutes=1), "business_date": day}
    in_store, is_guest = position % 4 == 3, position % 5 == 0
    customer = None if is_guest else luck.choice([*range(1, 21), 99])
    channel = "store" if in_store else "web"
    visit_day = max(day - timedelta(days=position % 2), ALL.first)
    if not in_store:
        visit = {"session_id": number, "customer_id": customer, "channel": channel, "device": "mobile"}
        shop["sessions"].append(staged_row("sessions", **visit, **times | {"business_date": visit_day}))
    currency = {1: "EUR", 3: "eur", 9: "JPY", 10: "JPY"}.get(position)
    digits = 0 if currency == "JPY" else 2
    lines = [] if position == 7 else [Decimal(luck.randint(1, 900)) / 10 for _ in range(luck.randint(1, 3))]
    lines = [round(price * 10, digits) if currency == "JPY" else price for price in lines]
    gross = sum(lines, Decimal(0))
    # On lines and on the order.
    off_line = round(lines[0] / 9, digits) if lines and position in {1, 9, 11} else Decimal(0)
    discount = gross if position == 2 and day.day % 2 else round(gross / 7, digits)
    total = gross - off_line - discount
    header = {
        "transaction_id": number,
        "customer_id": customer,
        "guest_key": f"{number % 3:064x}" if is_guest and position else None,
        "currency": currency,
        "session_id": None if in_store else number,
        "store_id": luck.choice([None, 1, 2]) if in_store else None,
        "channel": channel,
        "payment_method_id": luck.choice([None, 1, 2, 8]),
        "gross_amount": gross,
        "discount_amount": discount,
        "total_amount": total,
        "cancelled_at": placed + timedelta(days=2) if position in {4, 6} else None,
    }
    if position != 8:  # whose lines have no order
        shop["transactions"].append(staged_row("transactions", **header, **times))
    for line, price in enumerate(lines, start=1):
        amounts: Row = {"quantity": 1, "unit_price": price, "gross_amount": price}
        amounts |= {"discount_amount": off_line if line == 1 else 0, "tax_amount": price / 10 if position == 0 else 0}
        key = {"transaction_item_id": number * 10 + line, "transaction_id": number, "line_number": line}
        product = luck.choice([None, *range(1, 21), 99])
        shop["transaction_items"].append(staged_row("transaction_items", **key, product_id=product, **amounts, **times))
    paid = {0: "declined", 1: "pending", 5: "error"}.get(position, "approved")
    half = round(total / 2, digits)
    amounts = [half, total - half] if position == 3 else [total * Decimal("0.5") if position == 9 else total]
    for attempt, amount in enumerate([round(amount, digits) for amount in amounts if amount], start=1):
        key = {"payment_attempt_id": number * 10 + attempt, "transaction_id": number, "attempt_number": attempt}
        row = {"payment_method_id": 1, "amount": amount, "status": paid}
        shop["payment_attempts"].append(staged_row("payment_attempts", **key, **row, **times))
    if position in {3, 4, 8, 9, 10, 11} and lines:
        later = {**times, "business_date": min(day + timedelta(days=position - 3), ALL.last)}
        of_whole_order = position in {3, 9}
        row = {"refund_id": number, "transaction_id": number, "product_id": None if of_whole_order else 3}
        row |= {"goods_amount": Decimal(3 if currency == "JPY" else "0.50"), "shipping_amount": Decimal(2)}
        shop["refunds"].append(staged_row("refunds", **row, **later))
        words = {"rating": 5, "sentiment": "positive", "product_id": 3, "customer_id": customer}
        shop["reviews"].append(staged_row("reviews", review_id=number, transaction_id=number, **words, **later))
    if position == 10:  # an exact copy, and an older version
        shop["transactions"] += [dict(shop["transactions"][-1]), shop["transactions"][-1] | {"updated_at": placed}]
    if position == 11:  # a conflict: nobody knows which is right
        shop["transactions"].append(shop["transactions"][-1] | {"coupon_code": "OTHER"})


def truth(shop: Shop) -> dict[date, tuple[int, int, Decimal, Decimal]]:
    """Return orders placed and sold, gross amount and refunds per day, in the reporting currency, without SQL."""
    newest: dict[int, list[Row]] = defaultdict(list)
    for row in shop["transactions"]:
        known = newest[row["transaction_id"]]
        if row not in known:
            known.append(row)
    valid = {}
    for key, versions in newest.items():
        last = max(row["updated_at"] for row in versions)
        if len(found := [row for row in versions if row["updated_at"] == last]) == 1:
            valid[key] = found[0]
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for attempt in shop["payment_attempts"]:
        paid[attempt["transaction_id"]] += attempt["amount"] if attempt["status"] == "approved" else 0
    sold = {key for key, row in valid.items() if not row["cancelled_at"] and paid[key] >= row["total_amount"]}
    totals: dict[date, list[Any]] = defaultdict(lambda: [0, 0, Decimal(0), Decimal(0)])
    for key, row in valid.items():
        totals[row["business_date"]][0] += 1
        totals[row["business_date"]][1] += key in sold
    for line in shop["transaction_items"]:
        if (key := line["transaction_id"]) in sold:
            totals[line["business_date"]][2] += (line["gross_amount"] - line["tax_amount"]) * rate(valid[key])
    for refund in shop["refunds"]:
        # Of an order that is not here, not even in quarantine, the refund counts.
        if (key := refund["transaction_id"]) in sold or key not in newest:
            totals[refund["business_date"]][3] += refund["goods_amount"] * rate(valid.get(key, {}))
    return {day: (placed, sold_, gross, refunds) for day, (placed, sold_, gross, refunds) in totals.items()}


def rate(order: Row) -> Decimal:
    return RATES.get((order.get("currency") or "").upper(), Decimal(1))


def query(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(os.fspath(warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


def contents(warehouse: Path) -> dict[str, list[tuple[Any, ...]]]:
    names = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'datamart')"
    return {name: query(warehouse, f"FROM {name} ORDER BY ALL") for (name,) in query(warehouse, names)}


def differing(found: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    assert found.keys() == expected.keys()
    return sorted(name for name in expected if found[name] != expected[name])


@pytest.fixture(scope="module")
def shop() -> Shop:
    return small_shop()


@pytest.fixture(scope="module")
def at_once(dbt: Dbt, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of all days, built in one run, all tests of the project passed."""
    path = with_staging(tmp_path_factory.mktemp("at_once") / "warehouse.duckdb")
    stage_days(path, shop, ALL)
    dbt("build", "--exclude-resource-type", "unit_test", environment=run_variables(path, ALL))
    return path


@pytest.fixture(scope="module")
def scattered(dbt: Dbt, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, built in scattered sets of days; refunds and visits whose orders were built later are built again."""
    path = with_staging(tmp_path_factory.mktemp("scattered") / "warehouse.duckdb")
    sets = ["2026-03-02, 2026-03-05 to 2026-03-06, 2026-03-08", "2026-03-01, 2026-03-03 to 2026-03-04, 2026-03-07"]
    for days in map(Days.parse, [*sets, sets[0]]):
        stage_days(path, shop, days)
        dbt("build", *MODELS_AND_SEEDS, environment=run_variables(path, days))
    return path


def test_scattered_sets_of_days_in_any_order_give_the_rows_of_one_run(at_once: Path, scattered: Path) -> None:
    assert differing(contents(scattered), contents(at_once)) == []


def test_the_daily_mart_is_what_the_rows_say_without_sql(at_once: Path, shop: Shop) -> None:
    measures = "business_date, orders_placed, orders_sold, gross_amount, refund_amount"
    found = {
        day: tuple(totals) for day, *totals in query(at_once, f"SELECT {measures} FROM datamart.marts_sales_daily")
    }
    assert found == truth(shop)
    assert sum(sold for _, sold, *_ in found.values()) > 0


def test_every_row_is_counted_wherever_it_went(at_once: Path) -> None:
    counts = "sum(rows_in), sum(rows_valid), sum(rows_quarantined), sum(rows_duplicate), sum(rows_superseded)"
    found = f"SELECT {counts}, sum(rows_unmatched) FROM datamart.marts_data_quality WHERE table_name = "
    # Per day: 11 orders, a copy, an older version, and two that contradict each other; one order has no lines.
    assert query(at_once, f"{found} 'transactions'") == [(8 * 14, 8 * 10, 8 * 2, 8, 8, 8)]
    [(*_, unmatched)] = query(at_once, f"{found} 'transaction_items'")
    [(lines,)] = query(
        at_once,
        "SELECT count(*) FROM core.stg_transaction_items ANTI JOIN core.fact_transaction USING (transaction_item_id)",
    )
    assert unmatched == lines > 0


def edited(shop: Shop) -> Shop:
    """Return the shop with one order of a day deleted, one cancelled, and one moved to another day with its parts."""
    later = {name: [dict(row) for row in rows] for name, rows in shop.items()}
    deleted, cancelled, moved = [row for row in later["transactions"] if row["business_date"] == EDITED][1:4]
    later["transactions"].remove(deleted)
    cancelled["cancelled_at"] = datetime(2026, 3, 19, tzinfo=UTC)
    for table in ("transactions", "transaction_items", "payment_attempts", "refunds"):
        for row in later[table]:
            if row["transaction_id"] == moved["transaction_id"]:
                row |= {"business_date": MOVED_TO, "updated_at": datetime(2026, 3, 19, tzinfo=UTC)}
    return later


def test_a_run_replaces_its_days_and_leaves_all_others_alone(
    dbt: Dbt, scattered: Path, shop: Shop, tmp_path: Path
) -> None:
    """By hand, --full-refresh must not drop the other days."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(scattered.read_bytes())
    stage_days(path, edited(shop), ALL)
    dbt("build", *MODELS_AND_SEEDS, "--full-refresh", environment=run_variables(path, Days.of_day(EDITED)))
    before, after = contents(scattered), contents(path)
    for name in before:
        if name.startswith(("core.fact_", "core.quarantine_", "core.dim_session", "datamart.marts_sales_daily")):
            kept = [[row for row in rows[name] if EDITED not in row] for rows in (before, after)]
            assert kept[0] == kept[1], name
    assert len([row for row in after["core.fact_order"] if EDITED in row]) == (
        len([row for row in before["core.fact_order"] if EDITED in row]) - 2
    )


def test_what_the_shop_deletes_changes_no_count_or_sum_and_is_kept_by_name(
    dbt: Dbt, scattered: Path, shop: Shop, tmp_path: Path
) -> None:
    """Facts were joined to dimensions as they were when a day was built: closed days lost a fifth of their sales."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(scattered.read_bytes())
    later = edited(shop)
    lost = [later[name].pop(position) for name in ("customers", "products") for position in (4, 9)]
    stage_days(path, later, ALL)
    dbt("build", *MODELS_AND_SEEDS, environment=run_variables(path, Days.of_day(EDITED), RUN_TIME=FIRST_RUN))
    later["products"].append(lost.pop())
    stage_days(path, later, ALL)
    others = Days.of(day for day in ALL if day != EDITED)
    dbt("build", *MODELS_AND_SEEDS, environment=run_variables(path, others, RUN_TIME=SECOND_RUN))
    at_once = with_staging(tmp_path / "at_once" / "warehouse.duckdb")
    stage_days(at_once, later, ALL)
    dbt("build", "--exclude-resource-type", "unit_test", environment=run_variables(at_once, ALL))

    found, expected = contents(path), contents(at_once)
    differ = differing(found, expected)
    of_customers = {f"core.{name}" for name in ("dim_customer", "dim_customer_history")}
    of_products = {f"core.{name}" for name in ("dim_product", "dim_product_history")}
    by_version = {f"datamart.marts_{name}" for name in BY_VERSION}
    assert of_customers | of_products | by_version <= set(differ)
    others = set(differ) - of_customers - of_products - by_version
    assert {name for name in others if name.startswith("datamart")} == {
        f"datamart.marts_{name}" for name in ("campaign_daily", "customer_product_summary", "product_performance")
    }
    for name in others:
        rows = f"SELECT COLUMNS(c -> NOT regexp_full_match(c, '{KNOWN}')) FROM {name} ORDER BY ALL"
        assert query(path, rows) == query(at_once, rows), name
    for mart, columns in BY_VERSION.items():
        rows = f"SELECT {columns} FROM datamart.marts_{mart} GROUP BY ALL ORDER BY ALL"
        assert query(path, rows) == query(at_once, rows), mart
    columns = "deleted_at::VARCHAR FROM core.dim"
    assert query(path, f"SELECT customer_id, country, {columns}_customer WHERE deleted_at IS NOT NULL ORDER BY 1") == [
        (5, "any", FIRST_RUN),
        (11, "any", FIRST_RUN),
    ]
    assert query(path, f"SELECT product_id, brand, {columns}_product WHERE deleted_at IS NOT NULL") == [
        (5, "any", FIRST_RUN)
    ]
    members = "SELECT customer_id, country FROM core.dim_customer WHERE customer_id < 0 ORDER BY 1"
    assert query(path, members) == [(-2, "unknown"), (-1, "guest")]


@pytest.mark.parametrize(
    ("days", "condition"),
    [
        ("2026-03-10", "(business_date in (date '2026-03-10'))"),
        (
            "2026-03-01 to 2026-03-05, 2026-03-07,2026-03-09 to 2026-03-10",
            "(business_date between date '2026-03-01' and date '2026-03-05'"
            " or business_date between date '2026-03-09' and date '2026-03-10'"
            " or business_date in (date '2026-03-07'))",
        ),
    ],
)
def test_a_model_reads_its_days_by_literals(dbt: Dbt, tmp_path: Path, days: str, condition: str) -> None:
    """BigQuery prunes partitions by literals only."""
    environment = {"WAREHOUSE_DUCKDB_PATH": str(tmp_path / "warehouse.duckdb"), "DAYS": days}
    artifacts = dbt("compile", "--select", "stg_reviews", environment=environment)
    sql = (artifacts / "compiled/ecommerce/models/staging/generated/stg_reviews.sql").read_text()
    assert f"where {condition}" in sql


@pytest.mark.parametrize("days", ["", "2026-03-02 to 2026-03-01", "yesterday"])
def test_a_run_without_days_names_what_to_set(dbt: Dbt, tmp_path: Path, days: str) -> None:
    environment = {"WAREHOUSE_DUCKDB_PATH": str(tmp_path / "warehouse.duckdb"), "DAYS": days}
    with pytest.raises(AssertionError, match=r"models by day need a set of days, and .* set DAYS='2026-03-01 to"):
        dbt("compile", "--select", "stg_reviews", environment=environment)
