"""Each event of a stream is returned once, also one whose number becomes visible after greater ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.watch import cursors
from ecommerce_pipeline.alerts.watch.cursors import LOOKBACK, PAGE, SETTLED_AFTER, new_records

NOW = 1_000_000.0


@dataclass
class Log:
    """An event log; each number is visible from a time on, as PostgreSQL shows it when its transaction commits."""

    visible_from: dict[int, float]
    now: float = NOW

    def fetch(self, after: int | None, ascending: bool) -> Sequence[Any]:
        numbers = sorted(number for number, since in self.visible_from.items() if since <= self.now)
        newer = [number for number in numbers if after is None or number > after]
        page = newer[: cursors.PAGE] if ascending else newer[::-1][: cursors.PAGE]
        return [SimpleNamespace(storage_id=number, timestamp=self.visible_from[number]) for number in page]

    def read(self, state: State) -> list[int]:
        return [record.storage_id for record in new_records(state, "events", self.fetch, self.now)]


def test_a_gap_in_the_numbers_that_is_filled_later_is_read() -> None:
    """A failure whose transaction was slow to commit was skipped, as the cursor had moved past its number."""
    log, state = Log({1: NOW, 2: NOW, 4: NOW, 3: NOW + SETTLED_AFTER - 1}), State()
    found = []
    for seconds in (0, 30, SETTLED_AFTER - 1, SETTLED_AFTER, SETTLED_AFTER + 30):
        log.now = NOW + seconds
        found.append(log.read(state))
    assert found == [[1, 2, 4], [], [3], [], []]


def test_numbers_are_forgotten_once_no_gap_before_them_can_be_filled() -> None:
    log, state = Log(dict.fromkeys(range(1, 50), NOW)), State()
    log.read(state)
    log.now += SETTLED_AFTER
    assert log.read(state) == []
    assert (state.cursors["events"].after, state.cursors["events"].seen) == (49, {})


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, SETTLED_AFTER - 31)), max_size=30))
def test_every_event_is_read_exactly_once_whenever_it_was_committed(events: list[tuple[float, float]]) -> None:
    """Numbers are assigned in order; each becomes visible within the time in which gaps are filled."""
    assigned = sorted(events)
    log = Log({number: NOW + at + takes for number, (at, takes) in enumerate(assigned, 1)}, now=NOW - 30)
    state, found = State(), []
    for _ in range(25):
        found += log.read(state)
        log.now += 30
    assert sorted(found) == list(range(1, len(events) + 1))


def test_more_events_than_a_page_are_read_by_one_tick() -> None:
    log, state = Log({}), State()
    assert log.read(state) == []
    log.visible_from = dict.fromkeys(range(1, 2 * PAGE + 2), NOW)
    assert log.read(state) == list(range(1, 2 * PAGE + 2))


@pytest.mark.parametrize(("age", "read"), [(LOOKBACK - 1, [7]), (LOOKBACK + 1, [])])
def test_the_first_tick_reads_the_last_hour(age: float, read: list[int]) -> None:
    log = Log({5: NOW - 2 * LOOKBACK, 7: NOW - age})
    assert log.read(State()) == read
