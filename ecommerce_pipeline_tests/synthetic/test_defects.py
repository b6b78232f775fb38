"""Every planted row breaks its rule and no other: the rules are implemented here a second time, row by row."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

import pytest

from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import RULES
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, Row, day_of, days_between, key_of, keys

Rule = Callable[[Row], bool]

CHANNELS = ("web", "mobile_app", "marketplace", "store")
SENTIMENT = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}


@pytest.fixture(scope="module")
def rules(month: Month) -> dict[str, dict[str, Rule]]:
    known = {table: keys(SMALL, table, DAYS.last) for table in ("customers", "products", "payment_methods")}
    orders = {row["transaction_id"] for row in month.clean("transactions")}

    def unknown(column: str, dimension: str) -> Rule:
        return lambda row: row[column] not in known[dimension]

    dates: dict[str, Rule] = {
        "impossible_date": lambda row: row["created_at"] > row["recorded_at"],
        "too_late": lambda row: days_between(row["created_at"], row["recorded_at"]) > SMALL.lateness_days,
    }
    channel: dict[str, Rule] = {"unknown_channel": lambda row: row["channel"] not in CHANNELS}
    product = {"unknown_product": unknown("product_id", "products")}
    customer = {"unknown_customer": unknown("customer_id", "customers")}
    method = {"unknown_payment_method": unknown("payment_method_id", "payment_methods")}
    positive: dict[str, Rule] = {"bad_amount": lambda row: row["amount"] <= 0}
    return {
        "every table": dates,
        "sessions": {
            **dates,
            **channel,
            "bad_funnel": lambda row: not row["page_views"] >= row["product_views"] >= 0,
        },
        "transactions": {
            **dates,
            **channel,
            **customer,
            **method,
            "missing_store": lambda row: row["channel"] == "store" and row["store_id"] is None,
            "bad_amount": lambda row: (
                min(row["gross_amount"], row["discount_amount"], row["shipping_amount"]) < 0
                or row["discount_amount"] > row["gross_amount"]
                or row["total_amount"] != row["gross_amount"] - row["discount_amount"] + row["shipping_amount"]
            ),
        },
        "transaction_items": {
            **dates,
            **product,
            "unknown_transaction": lambda row: row["transaction_id"] not in orders,
            "bad_quantity": lambda row: row["quantity"] <= 0,
            "bad_amount": lambda row: row["gross_amount"] != row["quantity"] * row["unit_price"],
        },
        "payment_attempts": {
            **dates,
            **method,
            **positive,
            "unknown_status": lambda row: row["status"] not in ("approved", "declined", "error"),
        },
        "refunds": {**dates, **channel, **product, **positive},
        "reviews": {
            **dates,
            **product,
            **customer,
            "bad_rating": lambda row: not 1 <= row["rating"] <= 5,
            "bad_sentiment": lambda row: row["rating"] in SENTIMENT and row["sentiment"] != SENTIMENT[row["rating"]],
        },
    }


def broken_by(rules: dict[str, Rule], row: Row) -> list[str]:
    return [name for name, rule in rules.items() if rule(row)]


@pytest.mark.parametrize("table", EVENTS)
def test_every_rule_is_broken_by_some_row_and_every_broken_row_is_listed(month: Month, table: str) -> None:
    found = Counter(month.planted[table].values())
    assert set(found) == {*RULES[table], "exact_duplicate"}
    written = {(row[key_of(table)], row["recorded_at"]) for row in month.rows[table]}
    assert set(month.planted[table]) <= written


@pytest.mark.parametrize("table", EVENTS)
def test_a_planted_row_breaks_its_rule_only_and_a_real_row_breaks_none(
    month: Month, table: str, rules: dict[str, dict[str, Rule]]
) -> None:
    for row in month.rows[table]:
        reason = month.reason(table, row)
        expected = [] if reason in (None, "exact_duplicate", "conflicting_duplicate") else [reason]
        assert broken_by(rules.get(table, rules["every table"]), row) == expected, row


@pytest.mark.parametrize("table", EVENTS)
def test_only_copies_share_the_key_of_a_real_row(month: Month, table: str) -> None:
    versions = defaultdict(list)
    for row in month.rows[table]:
        versions[row[key_of(table)]].append(row)
    for rows in versions.values():
        first = rows[0]  # in written order
        for row in rows[1:]:
            changed = {name for name in row if row[name] != first[name]} - {"recorded_at"}
            if month.reason(table, row) == "conflicting_duplicate":
                assert len(changed) == 1
                assert day_of(row["recorded_at"]) == day_of(first["recorded_at"])
            else:
                assert month.reason(table, row) == "exact_duplicate"
                assert not changed


@pytest.mark.parametrize("table", EVENTS)
def test_broken_rows_are_added_at_the_rate_that_was_set(month: Month, table: str) -> None:
    broken = len(month.rows[table]) - len(month.unbroken(table))
    assert broken / len(month.unbroken(table)) == pytest.approx(SMALL.broken_rate, rel=0.15)


def test_broken_lines_belong_to_an_order_delivered_on_their_day(month: Month) -> None:
    delivered: dict[int, set[tuple[datetime, object]]] = defaultdict(set)
    for row in month.clean("transactions"):
        delivered[row["transaction_id"]].add((row["created_at"], day_of(row["recorded_at"])))
    for row in month.rows["transaction_items"]:
        reason = month.reason("transaction_items", row)
        if reason in (None, "exact_duplicate", "unknown_transaction"):
            continue
        [(created, day)] = delivered[row["transaction_id"]]
        assert day == day_of(row["recorded_at"])
        assert created == row["created_at"] or reason in ("impossible_date", "too_late")


def test_dates_are_too_late_by_a_day_or_by_decades(month: Month) -> None:
    late = [row["created_at"].year for row in month.rows["sessions"] if month.reason("sessions", row) == "too_late"]
    assert 1970 in late
    assert max(late) > 2024
