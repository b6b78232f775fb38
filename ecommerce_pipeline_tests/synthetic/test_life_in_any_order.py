"""The days of the shop's life, applied in any order, make the database that `state` describes."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import EVENTS
from ecommerce_pipeline.synthetic import state
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, Month, Row, lived

# Changes of dates move orders out of the days written at most so far.
REACH = timedelta(days=4)


def frozen(rows: list[Row]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in rows)


@pytest.mark.parametrize("table", EVENTS)
def test_the_days_in_order_make_the_state_of_every_business_day(month: Month, table: str) -> None:
    by_day = month.database.by_day(table, "UTC")
    for day in Window(DAYS.start - REACH, DAYS.end + REACH).days():
        assert frozen(state(SMALL, table, day, DAYS.last).to_pylist()) == frozen(by_day.pop(day, [])), day
    assert not by_day


@pytest.mark.parametrize("seed", range(3))
def test_the_days_in_any_order_and_again_make_the_same_database(month: Month, seed: int) -> None:
    days, random = [*DAYS.days()] * 2, Random(seed)
    random.shuffle(days)
    database = lived(SMALL, days)
    for table in EVENTS:
        assert frozen(database.rows(table)) == frozen(month.database.rows(table)), table
