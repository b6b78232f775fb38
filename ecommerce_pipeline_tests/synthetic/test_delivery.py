import pytest

from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline_tests.synthetic.support import SMALL, Month, days_between, key_of

MANY = [table for table in EVENTS if table != "refunds"]


@pytest.mark.parametrize("table", MANY)
def test_rows_are_late_and_written_twice_at_the_rates_that_were_set(month: Month, table: str) -> None:
    rows = month.clean(table)
    late = sum(days_between(row["created_at"], row["recorded_at"]) > 0 for row in rows) / len(rows)
    # Some rows also cross midnight before they are written, and the lines of an order are late together.
    assert SMALL.late_rate * 0.75 < late < SMALL.late_rate * 1.3
    copies = (len(month.unbroken(table)) - len(rows)) / len(rows)
    assert SMALL.duplicate_rate * 0.7 < copies < SMALL.duplicate_rate * 1.3


@pytest.mark.parametrize("table", MANY)
def test_late_rows_arrive_on_each_of_the_days_that_lateness_allows(month: Month, table: str) -> None:
    found = {days_between(row["created_at"], row["recorded_at"]) for row in month.clean(table)}
    assert found == set(range(SMALL.lateness_days + 1))


@pytest.mark.parametrize("table", EVENTS)
def test_copies_are_exact_but_for_a_later_written_time_and_some_come_on_a_later_day(month: Month, table: str) -> None:
    first = {}
    days = set()
    for row in month.unbroken(table):
        key = row[key_of(table)]
        if month.reason(table, row) is None:
            first[key] = row
            continue
        original = first[key]  # written before: rows are in written order
        assert row["recorded_at"] > original["recorded_at"]
        assert {**row, "recorded_at": None} == {**original, "recorded_at": None}
        days.add(days_between(original["recorded_at"], row["recorded_at"]))
    assert {0, 1} <= days
