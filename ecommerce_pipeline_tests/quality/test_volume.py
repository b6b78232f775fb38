"""Which numbers of rows are unusual for a weekday."""

from datetime import date, timedelta

import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.volume import unusual_days

MONDAY = date(2026, 3, 23)


def unusual(rows: int, *before: int) -> list[str]:
    """Return the messages for a Monday with so many rows, after Mondays with these, the last one first."""
    counts = {("orders", MONDAY - timedelta(weeks=week)): count for week, count in enumerate(before, 1)}
    return unusual_days("orders", Days.of_day(MONDAY), {**counts, ("orders", MONDAY): rows})


@pytest.mark.parametrize("rows", [300, 301, 600, 1_199, 1_200])
def test_half_to_twice_the_median_is_usual(rows: int) -> None:
    assert unusual(rows, 600, 600, 600) == []


@pytest.mark.parametrize("rows", [0, 299, 1_201])
def test_less_than_half_or_more_than_twice_the_median_is_not(rows: int) -> None:
    # One Monday that was unusual itself changes nothing: the median is not the mean.
    assert unusual(rows, 600, 60_000, 590, 610, 600) == [
        f"2026-03-23: {rows:,} rows, the median of the 5 Mondays before is 600"
    ]


def test_a_day_that_has_not_ended_can_have_too_many_rows_but_not_too_few() -> None:
    """Each refresh in the morning sent an alert."""
    counts = {("orders", MONDAY - timedelta(weeks=week)): 600 for week in range(4)}
    few, many = counts | {("orders", MONDAY): 10}, counts | {("orders", MONDAY): 1_300}
    assert unusual_days("orders", Days.of_day(MONDAY), few, MONDAY) == []
    assert unusual_days("orders", Days.of_day(MONDAY), many, MONDAY) != []
    assert unusual_days("orders", Days.of_day(MONDAY), few, MONDAY + timedelta(days=1)) != []


def test_small_differences_and_too_little_history_are_ignored() -> None:
    assert unusual(0, 49, 49, 49) == unusual(20, 49, 49, 49) == []
    assert unusual(0, 50, 50, 50) != []
    assert unusual(0, 600, 600) == []


def test_a_day_without_history_does_not_hide_the_next_one() -> None:
    tuesday = MONDAY + timedelta(days=1)
    counts = {("orders", tuesday - timedelta(weeks=week)): 600 for week in range(1, 9)}
    counts |= {("orders", MONDAY): 5, ("orders", tuesday): 5}
    assert [text[:10] for text in unusual_days("orders", Days.of((MONDAY, tuesday)), counts)] == ["2026-03-24"]


def test_older_weeks_and_other_tables_are_not_compared() -> None:
    assert unusual(0, *[600] * 20) == ["2026-03-23: 0 rows, the median of the 8 Mondays before is 600"]
    counts = {("sessions", MONDAY - timedelta(weeks=week)): 600 for week in range(1, 9)}
    assert unusual_days("orders", Days.of_day(MONDAY), {**counts, ("orders", MONDAY): 0}) == []
