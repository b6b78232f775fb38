"""What happens to the shop's orders after they are placed, at the rates that were set."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline_tests.synthetic.support import BROKEN, DAYS, SMALL, Month, Row, day_of, days_between, key_of

OLD = DAYS.end - timedelta(days=10)  # before it, the usual life of an order is over
HAPPENINGS = {
    "edited", "line_removed", "cancelled_unpaid", "cancelled_paid", "paid_late", "moved", "order_deleted",
}  # fmt: skip


def versions(month: Month, table: str) -> dict[int, list[Row]]:
    """The rows of each valid key as they were written, one each day."""
    found: dict[int, dict[object, Row]] = defaultdict(dict)
    for row in month.rows[table]:
        if not BROKEN & {*month.reasons(table, row)}:
            found[row[key_of(table)]][row["updated_at"]] = row
    return {key: [row for _, row in sorted(rows.items())] for key, rows in found.items()}


def changed(first: Row, second: Row) -> set[str]:
    return {name for name in first if first[name] != second[name]} - {"updated_at"}


def test_orders_are_paid_shipped_and_delivered_within_days(month: Month) -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for rows in versions(month, "transactions").values():
        if {*month.reasons("transactions", rows[0])} <= {"exact_duplicate"} and day_of(rows[0]["created_at"]) < OLD:
            seen[tuple(row["status"] for row in rows)] += 1
            assert all(changed(first, second) == {"status"} for first, second in pairwise(rows))
            assert days_between(rows[0]["created_at"], rows[-1]["updated_at"]) <= 6
            if rows[0]["status"] != "placed" and rows[0]["total_amount"]:
                assert rows[0]["updated_at"] > rows[0]["created_at"] + timedelta(seconds=5), "when it was paid"
    assert set(seen) == {("paid", "shipped", "delivered"), ("delivered",), ("placed",)}
    assert seen["paid", "shipped", "delivered"] > 0.7 * seen.total()


def test_every_kind_of_change_happens_to_the_share_of_orders_that_was_set(month: Month) -> None:
    happened = {key: HAPPENINGS & {*reasons} for key, reasons in month.planted["transactions"].items()}
    old = {
        key
        for key, rows in versions(month, "transactions").items()
        if day_of(rows[0]["created_at"]) < DAYS.start + timedelta(days=6)
    }
    counts = Counter(what for key in old for what in happened.get(key, ()))
    assert set(counts) == HAPPENINGS
    assert sum(bool(happened.get(key)) for key in old) / len(old) == pytest.approx(SMALL.change_rate, rel=0.2)
    assert sum(len(happened.get(key, ())) > 1 for key in old) > 10, "more than one thing happens to some"


@pytest.mark.parametrize("table", EVENTS)
def test_rows_are_late_and_written_twice_at_the_rates_that_were_set(month: Month, table: str) -> None:
    if table == "refunds":
        return  # few
    rows = versions(month, table)
    reasons = month.planted[table]
    late = {key for key in rows if {"late", "committed_late"} & {*reasons.get(key, ())}}
    committed_late = {key for key in late if "committed_late" in reasons[key]}
    assert len(late) / len(rows) == pytest.approx(SMALL.late_rate, rel=0.25)
    assert len(committed_late) / len(late) == pytest.approx(0.3, abs=0.12)
    assert {days_between(rows[key][0]["created_at"], rows[key][0]["updated_at"]) for key in late - committed_late} == {
        1, 2, 3,
    }  # fmt: skip
    assert {days_between(rows[key][0]["created_at"], rows[key][0]["updated_at"]) for key in committed_late} == {0}
    twice = sum("exact_duplicate" in reasons.get(key, ()) for key in rows)
    chance = 4 * (SMALL.duplicate_rate / len(rows)) ** 0.5
    assert twice / len(rows) == pytest.approx(SMALL.duplicate_rate, abs=chance)


def test_a_row_that_is_there_twice_stays_so_through_all_its_changes(month: Month) -> None:
    for table in EVENTS:
        for key, rows in month.database.tables[table].items():
            reasons = month.planted[table].get(key, [])
            assert (len(rows) == 2) == bool({"exact_duplicate", "conflicting_duplicate"} & {*reasons})
            assert (rows[0] == rows[-1]) == ("conflicting_duplicate" not in reasons)


def test_a_listed_change_changes_what_its_name_says(month: Month) -> None:
    allowed = {
        "edited": {"gross_amount", "discount_amount", "total_amount"},
        "line_removed": {"gross_amount", "discount_amount", "total_amount", "line_count"},
        "cancelled_unpaid": {"cancelled_at"},
        "cancelled_paid": {"cancelled_at"},
        "paid_late": set(),
        "moved": {"created_at"},
    }
    for key, rows in versions(month, "transactions").items():
        reasons = HAPPENINGS & {*month.planted["transactions"].get(key, ())} - {"order_deleted"}
        found = set().union(*(changed(first, second) for first, second in pairwise(rows)))
        assert found - {"status"} <= set().union(*(allowed[reason] for reason in reasons)), key
        if {"edited", "line_removed"} & reasons and not month.planted["transactions"][key].count("late"):
            assert "gross_amount" in found


def test_a_cancelled_order_says_when_and_stays_cancelled(month: Month) -> None:
    for rows in versions(month, "transactions").values():
        for row in rows:
            assert (row["cancelled_at"] is not None) == (row["status"] == "cancelled")
            assert row["cancelled_at"] is None or row["created_at"] < row["cancelled_at"] <= row["updated_at"]
        times = [row["cancelled_at"] for row in rows if row["cancelled_at"]]
        assert times == times[:1] * len(times)


def test_a_slow_payment_is_pending_until_it_is_approved_within_thirty_days(month: Month) -> None:
    late = {key for key, reasons in month.planted["payment_attempts"].items() if "paid_late" in reasons}
    assert len(late) > 50
    waited = set()
    for key, rows in versions(month, "payment_attempts").items():
        if key in late:
            assert [row["status"] for row in rows] == ["pending", "approved"]
            assert rows[0]["payment_method_id"] == 9  # bank transfer
            waited.add(days_between(rows[0]["created_at"], rows[1]["updated_at"]))
        else:
            assert len(rows) == 1
    assert max(waited) > 15
    assert max(waited) <= 33


def test_a_dearer_order_is_paid_in_full_or_left_part_paid(month: Month) -> None:
    paid: dict[int, int] = defaultdict(int)
    for row in month.valid("payment_attempts").values():
        paid[row["transaction_id"]] += row["amount"] * (row["status"] == "approved")
    edited = {key for key, reasons in month.planted["transactions"].items() if "edited" in reasons}
    short = Counter()
    for key, order in month.valid("transactions").items():
        if key in edited and order["cancelled_at"] is None and paid[key]:
            short[(paid[key] > order["total_amount"]) - (paid[key] < order["total_amount"])] += 1
    assert set(short) == {-1, 0, 1}
    assert short[0] > short[-1]


def test_a_deleted_order_takes_all_its_rows_with_it(month: Month) -> None:
    gone = {key for table, key in month.database.deleted if table == "transactions"}
    assert len(gone) > 50
    times = {key: month.database.deleted["transactions", key] for key in gone}
    found = Counter()
    for table in EVENTS:
        for key, rows in versions(month, table).items():
            if rows[0].get("transaction_id") in gone:
                assert key not in month.database.tables[table]
                reasons = month.planted[table][key]
                assert ("order_deleted" in reasons) != ("line_removed" in reasons and table == "transaction_items")
                if "order_deleted" in reasons:
                    assert month.database.deleted[table, key] == times[rows[0]["transaction_id"]]
                    assert rows[-1]["updated_at"] < month.database.deleted[table, key]
                found[table] += 1
    assert set(found) == {table for table in EVENTS if "transaction_id" in TABLES[table].columns}


def test_orders_cancelled_when_paid_are_refunded_or_not_and_may_have_been_refunded_before(month: Month) -> None:
    refunds = defaultdict(list)
    for row in month.valid("refunds").values():
        refunds[row["transaction_id"]].append(row["created_at"])
    paid = {key for key, reasons in month.planted["transactions"].items() if "cancelled_paid" in reasons}
    cancelled = {key: row for key, row in month.valid("transactions").items() if key in paid}
    kinds = Counter(
        "none" if not refunds[key] else "before" if min(refunds[key]) < row["cancelled_at"] else "after"
        for key, row in cancelled.items()
    )
    assert min(kinds["after"], kinds["none"]) > 20
    assert kinds["before"] > 3
