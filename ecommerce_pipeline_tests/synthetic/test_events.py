"""What the rows of the shop say: their money, their references and their times, at the end of a month of its life."""

from collections import defaultdict
from datetime import timedelta

import pytest

from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.synthetic import deleted, snapshot, written
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, Row, day_of, days_between, key_of, keys

# Rows of the last days may be late: references to them are not checked.
SETTLED = DAYS.end - timedelta(days=3)


def by_order(rows: dict[int, Row]) -> dict[int, list[Row]]:
    found = defaultdict(list)
    for _, row in sorted(rows.items()):
        found[row["transaction_id"]].append(row)
    return found


@pytest.mark.parametrize("table", EVENTS)
def test_before_the_first_day_nothing_is_written_but_a_schema(table: str) -> None:
    for back in (1, 2, 400):
        found = written(SMALL, table, SMALL.start_date - timedelta(days=back))
        assert (found.rows.num_rows, found.deleted.num_rows) == (0, 0)
        assert found.rows.schema == arrow_schema(TABLES[table])


@pytest.mark.parametrize("table", EVENTS)
def test_rows_have_the_contracts_schema_and_their_updated_at_is_of_the_day_unless_committed_late(
    month: Month, table: str
) -> None:
    for day in (DAYS.start, DAYS.last):
        found = written(SMALL, table, day)
        found.rows.validate(full=True)
        found.deleted.validate(full=True)
        assert found.rows.schema == arrow_schema(TABLES[table])
        assert all(day_of(time) == day for time in found.deleted["deleted_at"].to_pylist())
        for row in found.rows.to_pylist():
            if day_of(row["updated_at"]) != day:
                assert "committed_late" in month.reasons(table, row)
                assert timedelta(0) < day - day_of(row["updated_at"]) <= timedelta(days=3)


@pytest.mark.parametrize("table", EVENTS)
def test_nothing_happens_before_the_first_day_or_after_it_is_written(month: Month, table: str) -> None:
    for row in month.rows[table]:
        if "impossible_date" not in month.reasons(table, row):
            assert row["created_at"] <= row["updated_at"]
            assert day_of(row["created_at"]) >= SMALL.start_date


def test_everything_that_a_row_refers_to_is_there_or_was_deleted(month: Month) -> None:
    known = {}
    for table in ("customers", "products", "stores", "payment_methods"):
        known[key_of(table)] = keys(SMALL, table, DAYS.last) | set(deleted(SMALL, table, DAYS.last)["key"].to_pylist())
    for table in ("transactions", "transaction_items"):
        gone = {key for name, key in month.database.deleted if name == table}
        known[key_of(table)] = month.valid(table).keys() | gone
    for table in EVENTS:
        for row in month.valid(table).values():
            for column in known.keys() & row.keys():
                assert row[column] is None or row[column] in known[column], (table, row)


def test_nobody_buys_before_registering_or_after_deletion_and_nothing_is_sold_before_its_launch(month: Month) -> None:
    rows = {table: snapshot(SMALL, table, DAYS.last).to_pylist() for table in ("customers", "products", "stores")}
    registered = {row["customer_id"]: row["registered_at"] for row in rows["customers"]}
    launched = {row["product_id"]: row["launched_at"] for row in rows["products"]}
    opened = {row["store_id"]: row["opened_on"] for row in rows["stores"]}
    moved = {key for key, reasons in month.planted["transactions"].items() if "moved" in reasons}
    for key, row in month.valid("transactions").items():
        if key not in moved and row["customer_id"] in registered:
            assert registered[row["customer_id"]] < row["created_at"]
        assert row["store_id"] is None or opened[row["store_id"]] < day_of(row["created_at"])
    for row in month.valid("transaction_items").values():
        assert row["product_id"] not in launched or launched[row["product_id"]] < row["created_at"]


def test_the_money_of_orders_adds_up_whatever_was_edited(month: Month) -> None:
    lines = by_order(month.valid("transaction_items"))
    odd = free = empty = 0
    for key, row in month.valid("transactions").items():
        assert row["line_count"] == len(lines[key])
        assert row["gross_amount"] == sum(line["gross_amount"] for line in lines[key])
        assert 0 <= row["discount_amount"] <= row["gross_amount"]
        assert row["shipping_amount"] >= 0
        assert row["total_amount"] == row["gross_amount"] - row["discount_amount"] + row["shipping_amount"]
        assert row["currency"] == "USD"
        odd += row["line_count"] > 0 and int(row["discount_amount"] * 100) % row["line_count"] != 0
        free += row["total_amount"] == 0
        empty += not lines[key]
        # The application cancels an order that loses its only line.
        assert lines[key] or row["status"] == "cancelled"
    assert odd > 100, "some discounts cannot be divided evenly among the lines"
    assert free > 10
    assert empty > 5
    for line in month.valid("transaction_items").values():
        assert line["quantity"] >= 1
        assert line["gross_amount"] == line["quantity"] * line["unit_price"] > 0


def test_lines_are_sold_at_the_days_list_price_or_less_and_only_while_on_sale(month: Month) -> None:
    price, active, full = {}, {}, 0
    for day in DAYS.days():
        for product in snapshot(SMALL, "products", day).to_pylist():
            price[product["product_id"], day] = product["list_price"]
            active[product["product_id"], day] = product["is_active"]
    lines = month.valid("transaction_items").values()
    for line in lines:
        of_day = line["product_id"], day_of(line["created_at"])
        assert active[of_day]
        assert line["unit_price"] <= price[of_day] <= line["unit_price"] * 2
        full += line["unit_price"] == price[of_day]
    assert 0.75 < full / len(lines) < 0.95


def test_online_orders_have_a_visit_and_in_store_orders_a_store(month: Month) -> None:
    sessions, moved, used = month.valid("sessions"), month.planted["transactions"], []
    for key, row in month.valid("transactions").items():
        if row["channel"] == "store":
            assert row["store_id"] is not None
            assert row["session_id"] is None
            assert row["shipping_amount"] == 0
            continue
        assert row["store_id"] is None
        used.append(row["session_id"])
        if day_of(row["created_at"]) < SETTLED and "moved" not in moved.get(key, []):
            session = sessions[row["session_id"]]
            assert session["checkout_started"]
            assert session["cart_adds"] >= row["line_count"]
            assert (session["channel"], session["customer_id"]) == (row["channel"], row["customer_id"])
            assert session["created_at"] < row["created_at"]
            assert day_of(session["created_at"]) == day_of(row["created_at"])
            assert row["created_at"] <= session["created_at"] + timedelta(seconds=session["duration_seconds"])
    assert len(set(used)) == len(used)


def test_some_who_order_are_guests_and_most_who_browse_are_nobody(month: Month) -> None:
    for table, share in {"transactions": 0.07, "sessions": 0.4}.items():
        rows = month.valid(table).values()
        assert sum(row["customer_id"] is None for row in rows) / len(rows) == pytest.approx(share, rel=0.2)


def test_visits_are_funnels(month: Month) -> None:
    for row in month.valid("sessions").values():
        assert row["page_views"] >= row["product_views"] >= row["cart_adds"] >= 0
        assert row["page_views"] >= 1
        assert row["cart_adds"] > 0 or not row["checkout_started"]
        assert row["channel"] in ("web", "mobile_app", "marketplace")
        assert row["device"] != "desktop" or row["channel"] != "mobile_app"


def test_payment_attempts_follow_one_another_until_the_order_is_paid(month: Month) -> None:
    orders, attempts = month.valid("transactions"), by_order(month.valid("payment_attempts"))
    usual = {key: row for key, row in orders.items() if not {*month.reasons("transactions", row)} - {"late"}}
    ways = defaultdict(int)
    for key, order in usual.items():
        tries = attempts[key]
        assert [row["attempt_number"] for row in tries] == list(range(1, len(tries) + 1))
        times = [order["created_at"], *(row["created_at"] for row in tries)]
        assert times == sorted(set(times))
        assert day_of(times[-1]) == day_of(times[0])
        approved = [row for row in tries if row["status"] == "approved"]
        paid = sum(row["amount"] for row in approved)
        assert paid <= order["total_amount"]
        if len(approved) > 1:
            ways["split"] += 1
            assert (len(approved), paid) == (2, order["total_amount"])
        elif paid not in (0, order["total_amount"]):
            ways["part-paid"] += 1
            assert len(tries) == 1
        else:
            ways["free" if not tries else "paid" if approved else "unpaid"] += 1
            assert approved in ([], tries[-1:])
            assert all(row["amount"] == order["total_amount"] for row in tries)
        assert bool(tries) == (order["total_amount"] > 0)
        assert not tries or tries[0]["payment_method_id"] == order["payment_method_id"]
        for row in tries:
            assert (row["failure_reason"] is None) == (row["status"] in ("approved", "pending"))
            if row["payment_method_id"] in {11, 12}:  # gift card and cash
                assert row["status"] == "approved"
            if row["payment_method_id"] == 12:
                assert order["channel"] == "store"
    shares = {way: number / len(usual) for way, number in ways.items()}
    assert shares == pytest.approx(
        {"paid": 0.93, "unpaid": 0.045, "split": 0.015, "part-paid": 0.003, "free": 0.005}, rel=0.6
    )
    assert 1.1 < sum(len(attempts[key]) for key in usual) / len(usual) < 1.2


def test_refunds_are_of_lines_and_never_more_than_was_paid_for_the_units(month: Month) -> None:
    orders, lines = month.valid("transactions"), month.valid("transaction_items")
    refunds = [*month.valid("refunds").values()]
    assert len(refunds) > 300
    assert len({row["transaction_item_id"] for row in refunds}) == len(refunds)
    for row in refunds:
        order, line = orders[row["transaction_id"]], lines[row["transaction_item_id"]]
        assert line["transaction_id"] == row["transaction_id"]
        assert 1 <= days_between(line["created_at"], row["created_at"]) <= 60
        assert order["created_at"] < row["created_at"], "also if the order's date was corrected"
        assert row["product_id"] == line["product_id"]
        for column in ("customer_id", "store_id", "channel", "payment_method_id"):
            assert row[column] == order[column]
        assert 1 <= row["quantity"] <= line["quantity"]
        share = order["discount_amount"] * line["gross_amount"] / order["gross_amount"]
        assert 0 < row["goods_amount"] <= (line["gross_amount"] - share) * row["quantity"] / line["quantity"]


def test_reviews_are_of_products_bought_and_their_sentiment_agrees_with_the_stars(month: Month) -> None:
    orders, lines = month.valid("transactions"), by_order(month.valid("transaction_items"))
    sentiments = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    reviews = month.valid("reviews").values()
    assert len(reviews) > 3000
    for row in reviews:
        line = lines[row["transaction_id"]][0]
        assert 1 <= days_between(line["created_at"], row["created_at"]) <= 21
        assert orders[row["transaction_id"]]["created_at"] < row["created_at"]
        assert row["customer_id"] == orders[row["transaction_id"]]["customer_id"]
        assert row["product_id"] in {line["product_id"] for line in lines[row["transaction_id"]]}
        assert row["sentiment"] == sentiments[row["rating"]]


def test_times_have_microseconds(month: Month) -> None:
    assert any(row["updated_at"].microsecond % 1000 for row in month.rows["transactions"])
    assert all(row["updated_at"].tzinfo is not None for row in month.rows["transactions"][:10])
