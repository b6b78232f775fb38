from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_pipeline.partitions import ONE_DAY, Days


def test_a_window_is_half_open() -> None:
    window = Days.of_keys("2026-02-27", "2026-03-01")
    assert list(window.days()) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    assert window.end == date(2026, 3, 2)
    assert date(2026, 3, 2) not in window
    assert str(window) == "2026-02-27 to 2026-03-01"
    assert str(Days.of_day(window.start)) == "2026-02-27"


@pytest.mark.parametrize(("days", "lengths"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (8, [7])])
def test_the_parts_of_a_window_have_each_of_its_days_once(days: int, lengths: list[int]) -> None:
    window = Days.of_keys("2026-02-26", "2026-03-04")
    parts = window.parts(days)
    assert [len(part) for part in parts] == lengths
    assert [day for part in parts for day in part.days()] == list(window.days())


def test_an_empty_window_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no days"):
        Window(date(2026, 3, 1), date(2026, 3, 1))


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400), st.integers(0, 30))
def test_a_row_written_in_a_window_happened_in_its_happened_window(start: date, length: int, lateness: int) -> None:
    window = Window(start, start + length * ONE_DAY)
    happened = window.happened(lateness)
    for written in (window.start, window.last):
        for late in (0, lateness):
            assert written - late * ONE_DAY in happened
    assert window.start - (lateness + 1) * ONE_DAY not in happened
