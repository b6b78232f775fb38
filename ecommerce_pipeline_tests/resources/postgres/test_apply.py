"""Days of the life of a shop's application, written in any order and again, make the same rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import transaction_items
from ecommerce_pipeline_tests.support.rows import deletions, order_lines

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
LIFE = 4
"""Days of life."""


@dataclass(frozen=True)
class Event:
    """What happened to a key at a time: its row was written, so many times, or deleted.

    Attributes:
        key: The row's.
        copies: 0 if it was deleted.
        day: Of life, on which it was committed; perhaps later than it happened.
    """

    key: int
    copies: int
    day: int


EVENTS = st.builds(Event, st.integers(1, 3), st.integers(0, 2), st.integers(0, LIFE - 1))
"""In the order of their times."""
ORDER = st.permutations(range(LIFE))

Rows = Counter[tuple[int, int]]
"""Keys with the position of their event."""


def write(database: PostgresResource, life: Sequence[Event], day: int) -> None:
    at = {position: FIRST + timedelta(hours=position) for position in range(len(life))}
    of_day = [(position, event) for position, event in enumerate(life) if event.day == day]
    rows = [
        order_lines([FIRST], event.key).to_pylist()[0] | {"updated_at": at[position], "quantity": position}
        for position, event in of_day
        for _ in range(event.copies)
    ]
    gone = {event.key: at[position] for position, event in of_day if not event.copies}
    written = pa.Table.from_pylist(rows, schema=arrow_schema(transaction_items))
    days = Days.of_day(date(2026, 3, 1 + day))
    database.write(transaction_items, written.to_reader(), lambda: deletions(gone), days)


def truth(life: Sequence[Event]) -> Rows:
    """Return the newest version of each key, if it is newer than the last deletion."""
    newest = {event.key: (position, event) for position, event in enumerate(life)}
    return Counter({(key, at): event.copies for key, (at, event) in newest.items() if event.copies})


def present(database: PostgresResource) -> Rows:
    return Counter(database.rows("SELECT transaction_item_id, quantity FROM ecommerce.transaction_items"))


@example(life=[Event(1, 0, 0), Event(1, 1, 2), Event(1, 0, 1)], order=[0, 1, 2, 3], again=[])
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(life=st.lists(EVENTS, max_size=12), order=ORDER, again=st.lists(st.integers(0, LIFE - 1), max_size=2))
def test_days_of_life_in_any_order_end_in_the_same_rows(
    owner: PostgresResource, life: list[Event], order: list[int], again: list[int]
) -> None:
    with owner.connect() as connection:
        connection.execute("DELETE FROM ecommerce.transaction_items")
        connection.execute("DELETE FROM ecommerce.deleted_rows")
    for day in (*order, *again):
        write(owner, life, day)
    assert present(owner) == truth(life)
