"""Every planted row breaks its rule and no other: the rules are implemented here a second time, row by row."""

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import RULES
from ecommerce_pipeline_tests.synthetic.support import BROKEN, SMALL, Month, Row, day_of, key_of

Rule = Callable[[Row], bool]

SENTIMENT = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}

EVERY: dict[str, Rule] = {"impossible_date": lambda row: row["created_at"] > row["updated_at"]}
OWN: dict[str, dict[str, Rule]] = {
    "sessions": {"bad_funnel": lambda row: not row["page_views"] >= row["product_views"] >= 0},
    "transactions": {
        "bad_amount": lambda row: (
            min(row["gross_amount"], row["discount_amount"], row["shipping_amount"]) < 0
            or row["discount_amount"] > row["gross_amount"]
            or row["total_amount"] != row["gross_amount"] - row["discount_amount"] + row["shipping_amount"]
        ),
    },
    "transaction_items": {
        "bad_quantity": lambda row: row["quantity"] <= 0,
        "bad_amount": lambda row: row["gross_amount"] != row["quantity"] * row["unit_price"],
    },
    "payment_attempts": {
        "bad_amount": lambda row: row["amount"] <= 0,
    },
    "refunds": {"bad_amount": lambda row: row["goods_amount"] <= 0},
    "reviews": {
        "bad_rating": lambda row: not 1 <= row["rating"] <= 5,
        "bad_sentiment": lambda row: row["rating"] in SENTIMENT and row["sentiment"] != SENTIMENT[row["rating"]],
    },
    "ad_spend": {"bad_amount": lambda row: min(row["cost_amount"], row["clicks"], row["impressions"]) < 0},
    "stock_levels": {"bad_quantity": lambda row: row["incoming"] < 0},
}


def broken_by(table: str, row: Row) -> set[str]:
    return {name for name, rule in {**EVERY, **OWN[table]}.items() if rule(row)}


@pytest.mark.parametrize("table", EVENTS)
def test_every_rule_is_broken_by_some_row_and_every_broken_row_is_listed(month: Month, table: str) -> None:
    assert {*RULES[table]} == {*EVERY, *OWN[table], "conflicting_duplicate"}
    found = Counter(reason for reasons in month.planted[table].values() for reason in reasons)
    assert BROKEN & found.keys() == {*RULES[table]}
    assert month.planted[table].keys() <= {row[key_of(table)] for row in month.rows[table]}


@pytest.mark.parametrize("table", EVENTS)
def test_a_planted_row_breaks_its_rule_only_and_a_real_row_breaks_none(month: Month, table: str) -> None:
    for row in month.rows[table]:
        assert broken_by(table, row) == BROKEN & {*month.reasons(table, row)} - {"conflicting_duplicate"}, row


@pytest.mark.parametrize("table", EVENTS)
def test_contradicting_rows_are_pairs_of_their_own_key_that_differ_in_a_column(month: Month, table: str) -> None:
    pairs = defaultdict(list)
    for row in month.rows[table]:
        if "conflicting_duplicate" in month.reasons(table, row):
            assert month.reasons(table, row) == ["conflicting_duplicate"] * 2
            pairs[row[key_of(table)]].append(row)
    for first, second in pairs.values():
        assert sum(first[name] != second[name] for name in first) == 1
        assert first["updated_at"] == second["updated_at"]


@pytest.mark.parametrize("table", EVENTS)
def test_broken_rows_are_added_at_the_rate_that_was_set(month: Month, table: str) -> None:
    """As a share of what happens and is written on a day."""
    broken = sum(bool(BROKEN & {*month.reasons(table, row)}) for row in month.rows[table])
    in_time = {row[key_of(table)] for row in month.rows[table] if "late" not in month.reasons(table, row)}
    assert broken / (len(in_time) - broken) == pytest.approx(SMALL.broken_rate, rel=0.15)


@pytest.mark.parametrize("table", EVENTS)
def test_a_broken_row_is_written_once_on_the_day_it_belongs_to_and_stays(month: Month, table: str) -> None:
    orders = month.valid("transactions")
    seen = set()
    for row in month.rows[table]:
        reasons = BROKEN & {*month.reasons(table, row)}
        if reasons:
            assert day_of(row["created_at"]) == day_of(row["updated_at"])
            assert row[key_of(table)] not in seen or reasons == {"conflicting_duplicate"}
            assert row[key_of(table)] in month.database.tables[table]
            seen.add(row[key_of(table)])
            if table in ("transaction_items", "payment_attempts"):
                assert day_of(orders[row["transaction_id"]]["created_at"]) == day_of(row["created_at"])
