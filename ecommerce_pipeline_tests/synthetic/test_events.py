from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from ecommerce_pipeline.partitions import start_of
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.synthetic import generate, snapshot
from ecommerce_pipeline_tests.synthetic.support import (
    DAYS,
    SMALL,
    Month,
    Row,
    day_of,
    days_between,
    key_of,
    keys,
)

# Late deliveries of the window's last days come after it: references to those events are not checked.
SETTLED = DAYS.end - timedelta(days=SMALL.lateness_days)


def by_key(month: Month, table: str) -> dict[int, Row]:
    return {row[key_of(table)]: row for row in month.unbroken(table)}


def lines_by_order(month: Month) -> dict[int, list[Row]]:
    lines = defaultdict(list)
    for line in by_key(month, "transaction_items").values():
        lines[line["transaction_id"]].append(line)
    return lines


@pytest.mark.parametrize("table", EVENTS)
def test_a_day_has_the_contracts_schema_and_only_rows_written_on_it_in_order(table: str) -> None:
    day = DAYS.last
    rows = generate(SMALL, table, day)
    rows.validate(full=True)
    assert rows.schema == arrow_schema(TABLES[table])
    order = list(zip(rows["recorded_at"].to_pylist(), rows[key_of(table)].to_pylist(), strict=True))
    assert order == sorted(order)
    assert start_of(day) <= order[0][0] <= order[-1][0] < start_of(day) + timedelta(days=1)


@pytest.mark.parametrize("table", EVENTS)
def test_before_the_first_day_there_are_no_rows_but_a_schema(table: str) -> None:
    for back in (1, 2, 400):
        rows = generate(SMALL, table, SMALL.start_date - timedelta(days=back))
        assert rows.num_rows == 0
        assert rows.schema == arrow_schema(TABLES[table])


@pytest.mark.parametrize("table", EVENTS)
def test_key_and_written_time_identify_a_row(month: Month, table: str) -> None:
    found = [(row[key_of(table)], row["recorded_at"]) for row in month.rows[table]]
    assert len(set(found)) == len(found)
    assert len({row[key_of(table)] for row in month.clean(table)}) == len(month.clean(table))


@pytest.mark.parametrize("table", EVENTS)
def test_nothing_happens_before_the_first_day_nor_is_written_before_it_happens_or_too_late(
    month: Month, table: str
) -> None:
    for row in month.unbroken(table):
        assert row["created_at"] <= row["recorded_at"]
        assert day_of(row["created_at"]) >= SMALL.start_date
        assert 0 <= days_between(row["created_at"], row["recorded_at"]) <= SMALL.lateness_days


def test_everything_that_a_row_refers_to_exists_on_its_day(month: Month) -> None:
    there = {
        (table, day): keys(SMALL, table, day)
        for table in ("customers", "products", "stores", "payment_methods")
        for day in DAYS.days()
    }
    columns = {"customer_id": "customers", "product_id": "products", "store_id": "stores"}
    columns["payment_method_id"] = "payment_methods"
    for table in EVENTS:
        for row in month.unbroken(table):
            for column, dimension in columns.items():
                if row.get(column) is not None:
                    assert row[column] in there[dimension, day_of(row["created_at"])], (table, row)


def test_nobody_buys_before_registering_and_nothing_is_sold_before_its_launch(month: Month) -> None:
    registered = {
        row["customer_id"]: row["registered_at"] for row in snapshot(SMALL, "customers", DAYS.last).to_pylist()
    }
    launched = {row["product_id"]: row["launched_at"] for row in snapshot(SMALL, "products", DAYS.last).to_pylist()}
    opened = {row["store_id"]: row["opened_on"] for row in snapshot(SMALL, "stores", DAYS.last).to_pylist()}
    for row in month.unbroken("transactions"):
        assert registered[row["customer_id"]] < row["created_at"]
        assert row["store_id"] is None or opened[row["store_id"]] < day_of(row["created_at"])
    for row in month.unbroken("transaction_items"):
        assert launched[row["product_id"]] < row["created_at"]


def test_an_order_and_its_lines_are_one_delivery_even_as_a_copy(month: Month) -> None:
    bundles = defaultdict(list)
    for line in month.unbroken("transaction_items"):
        bundles[line["transaction_id"], line["recorded_at"]].append(line)
    headers = month.unbroken("transactions")
    assert {(row["transaction_id"], row["recorded_at"]) for row in headers} == set(bundles)
    for row in headers:
        lines = bundles[row["transaction_id"], row["recorded_at"]]
        assert sorted(line["line_number"] for line in lines) == list(range(1, row["line_count"] + 1))
        assert {line["created_at"] for line in lines} == {row["created_at"]}


def test_the_money_of_orders_adds_up(month: Month) -> None:
    lines = lines_by_order(month)
    odd = 0
    for row in month.unbroken("transactions"):
        assert row["gross_amount"] == sum(line["gross_amount"] for line in lines[row["transaction_id"]])
        assert 0 <= row["discount_amount"] <= row["gross_amount"]
        assert row["shipping_amount"] >= 0
        assert row["total_amount"] == row["gross_amount"] - row["discount_amount"] + row["shipping_amount"] > 0
        assert row["currency"] == "USD"
        odd += int(row["discount_amount"] * 100) % row["line_count"] != 0
    assert odd > 100, "some discounts cannot be divided evenly among the lines"
    for line in month.unbroken("transaction_items"):
        assert line["quantity"] >= 1
        assert line["gross_amount"] == line["quantity"] * line["unit_price"] > 0


def test_lines_are_sold_at_the_days_list_price_or_less_and_only_while_on_sale(month: Month) -> None:
    price, active, full = {}, {}, 0
    for day in DAYS.days():
        for product in snapshot(SMALL, "products", day).to_pylist():
            price[product["product_id"], day] = product["list_price"]
            active[product["product_id"], day] = product["is_active"]
    lines = month.unbroken("transaction_items")
    for line in lines:
        of_day = line["product_id"], day_of(line["created_at"])
        assert active[of_day]
        assert line["unit_price"] <= price[of_day] <= line["unit_price"] * 2
        full += line["unit_price"] == price[of_day]
    assert 0.75 < full / len(lines) < 0.95


def test_online_orders_have_a_visit_and_in_store_orders_a_store(month: Month) -> None:
    sessions = by_key(month, "sessions")
    for row in month.unbroken("transactions"):
        if row["channel"] == "store":
            assert row["store_id"] is not None
            assert row["session_id"] is None
            assert row["shipping_amount"] == 0
        else:
            assert row["store_id"] is None
            if day_of(row["created_at"]) >= SETTLED:
                continue
            session = sessions[row["session_id"]]
            assert session["checkout_started"]
            assert session["cart_adds"] >= row["line_count"]
            assert (session["channel"], session["customer_id"]) == (row["channel"], row["customer_id"])
            assert session["created_at"] < row["created_at"]
            assert day_of(session["created_at"]) == day_of(row["created_at"])
            assert row["created_at"] <= session["created_at"] + timedelta(seconds=session["duration_seconds"])
    used = [row["session_id"] for row in month.clean("transactions") if row["session_id"]]
    assert len(set(used)) == len(used)


def test_visits_are_funnels(month: Month) -> None:
    for row in month.unbroken("sessions"):
        assert row["page_views"] >= row["product_views"] >= row["cart_adds"] >= 0
        assert row["page_views"] >= 1
        assert row["cart_adds"] > 0 or not row["checkout_started"]
        assert row["channel"] in ("web", "mobile_app", "marketplace")
        assert row["device"] != "desktop" or row["channel"] != "mobile_app"


def attempts_by_order(month: Month) -> dict[int, list[Row]]:
    attempts = defaultdict(list)
    for row in sorted(by_key(month, "payment_attempts").values(), key=lambda row: row["attempt_number"]):
        attempts[row["transaction_id"]].append(row)
    return attempts


def test_payment_attempts_follow_one_another_on_the_orders_day_until_one_is_approved(month: Month) -> None:
    orders, attempts = by_key(month, "transactions"), attempts_by_order(month)
    settled = {key: row for key, row in orders.items() if day_of(row["created_at"]) < SETTLED}
    methods = {"cash": 12, "gift_card": 11}
    for key, order in settled.items():
        tries = attempts[key]
        assert [row["attempt_number"] for row in tries] == list(range(1, len(tries) + 1))
        times = [order["created_at"], *(row["created_at"] for row in tries)]
        assert times == sorted(set(times))
        assert day_of(times[-1]) == day_of(times[0])
        assert all(row["amount"] == order["total_amount"] for row in tries)
        assert all(row["status"] != "approved" for row in tries[:-1])
        assert tries[0]["payment_method_id"] == order["payment_method_id"]
        for row in tries:
            assert (row["failure_reason"] is None) == (row["status"] == "approved")
            if row["payment_method_id"] in methods.values():
                assert row["status"] == "approved"
            if row["payment_method_id"] == methods["cash"]:
                assert order["channel"] == "store"
    unpaid = sum(attempts[key][-1]["status"] != "approved" for key in settled)
    assert 0.035 < unpaid / len(settled) < 0.06
    assert 1.12 < sum(map(len, (attempts[key] for key in settled))) / len(settled) < 1.18


def test_refunds_are_of_lines_of_paid_orders_and_never_more_than_was_paid_for_the_units(month: Month) -> None:
    orders, lines, attempts = (
        by_key(month, "transactions"),
        by_key(month, "transaction_items"),
        attempts_by_order(month),
    )
    refunds = [row for row in by_key(month, "refunds").values() if day_of(row["created_at"]) < SETTLED]
    assert len(refunds) > 300
    assert len({row["transaction_item_id"] for row in refunds}) == len(refunds)
    for row in refunds:
        order, line = orders[row["transaction_id"]], lines[row["transaction_item_id"]]
        assert line["transaction_id"] == row["transaction_id"]
        assert 1 <= days_between(order["created_at"], row["created_at"]) <= 30
        assert attempts[row["transaction_id"]][-1]["status"] == "approved"
        assert row["product_id"] == line["product_id"]
        for column in ("customer_id", "store_id", "channel", "payment_method_id"):
            assert row[column] == order[column]
        assert 1 <= row["quantity"] <= line["quantity"]
        share = order["discount_amount"] * line["gross_amount"] / order["gross_amount"]
        assert 0 < row["amount"] <= (line["gross_amount"] - share) * row["quantity"] / line["quantity"]


def test_reviews_are_of_products_of_paid_orders_and_their_sentiment_agrees_with_the_stars(month: Month) -> None:
    orders, lines, attempts = by_key(month, "transactions"), lines_by_order(month), attempts_by_order(month)
    sentiments = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    reviews = [row for row in by_key(month, "reviews").values() if day_of(row["created_at"]) < SETTLED]
    assert len(reviews) > 3000
    for row in reviews:
        order = orders[row["transaction_id"]]
        assert 1 <= days_between(order["created_at"], row["created_at"]) <= 21
        assert attempts[row["transaction_id"]][-1]["status"] == "approved"
        assert row["customer_id"] == order["customer_id"]
        assert row["product_id"] in {line["product_id"] for line in lines[row["transaction_id"]]}
        assert row["sentiment"] == sentiments[row["rating"]]


def test_written_times_have_microseconds(month: Month) -> None:
    assert any(row["recorded_at"].microsecond % 1000 for row in month.rows["transactions"])
    assert all(row["recorded_at"].tzinfo is not None for row in month.rows["transactions"][:10])
    assert month.rows["transactions"][0]["recorded_at"] > datetime(2026, 2, 16, tzinfo=UTC)
