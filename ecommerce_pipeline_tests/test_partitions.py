from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_pipeline.partitions import ONE_DAY, Days, Window

SETS = st.sets(st.dates(date(2026, 2, 20), date(2026, 4, 10)), min_size=1).map(Days.of)
"""Sets of days that have gaps and ranges, over ends of months."""


def test_a_window_is_half_open() -> None:
    window = Window(date(2026, 2, 27), date(2026, 3, 2))
    assert list(window.days()) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert window.last == date(2026, 3, 1)
    assert window.end not in window
    assert str(window) == "2026-02-27 to 2026-03-01"


def test_without_days_there_is_no_window_and_no_set() -> None:
    with pytest.raises(ValueError, match="has no days"):
        Window(date(2026, 3, 1), date(2026, 3, 1))
    with pytest.raises(ValueError, match="at least one day"):
        Days.of([])


@given(SETS)
def test_a_set_is_what_its_text_and_its_options_say(days: Days) -> None:
    assert Days.parse(str(days)) == days
    assert Days.parse(str(days).replace(", ", " , ").replace(" to ", "  to  ")) == days
    name, value, *rest = days.options
    assert days == (Days.parse(value) if name == "--days" else Days.of_keys(value, rest[-1]))
    assert (name == "--days") == (len(days.windows) > 1)


@given(SETS)
def test_a_set_has_its_days_in_order_and_its_ranges_are_the_longest(days: Days) -> None:
    listed = [*days]
    assert listed == sorted(set(listed))
    assert (len(days), days.first, days.last) == (len(listed), listed[0], listed[-1])
    assert all(one.end < other.start for one, other in zip(days.windows, days.windows[1:], strict=False))
    around = Window(days.first - ONE_DAY, days.last + 2 * ONE_DAY)
    assert [day for day in around.days() if day in days] == listed


@given(SETS, SETS)
def test_the_union_has_the_days_of_both(one: Days, other: Days) -> None:
    assert set(one | other) == {*one, *other}
    assert one | other == other | [*one]


@given(SETS, st.integers(1, 60))
def test_parts_have_each_day_once_in_order_and_as_many_as_may_be(days: Days, most: int) -> None:
    parts = days.parts(most)
    assert [day for part in parts for day in part] == [*days]
    assert {len(part) for part in parts[:-1]} <= {most}
    assert len(parts[-1]) <= most


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01,",
        "2026-02-30",
        "2026-03-02 to 2026-03-01",
        "2026-03-01 to 2026-03-02 to 2026-03-09",
        "2026-03-01-2026-03-09",
        "20260301",
        "9999-12-31",
    ],
)
def test_a_text_of_another_form_is_refused(text: str) -> None:
    """Of three days the middle one was not read; the day after the last one of all was an OverflowError."""
    with pytest.raises(ValueError):  # noqa: PT011 - messages of several sources
        Days.parse(text)
