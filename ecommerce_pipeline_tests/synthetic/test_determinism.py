import multiprocessing
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.synthetic import ShopSettings, ledger, life, planted, state, written
from ecommerce_pipeline.synthetic.orders import Orders
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, content_hash

SOME_DAYS = [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]
PINNED = "e34f8632a91137e0f8177cf472e511e575351a8c0b4cbc8ca655689faaa2d9d2"
HERE = "ecommerce_pipeline_tests.synthetic.test_determinism"


def hash_of_some_days() -> str:
    return content_hash(SMALL, TABLES, SOME_DAYS)


def test_days_and_tables_are_the_same_in_any_order() -> None:
    asked = [(table, day) for table in EVENTS for day in list(DAYS.days())[-8:]]
    first = {each: written(SMALL, *each) for each in asked}
    for each in [*asked[1::3], *asked[::-2], *asked[::5]]:
        planted(SMALL, *each)
        assert written(SMALL, *each) == first[each], each


def test_another_shop_in_between_changes_nothing() -> None:
    day = SOME_DAYS[0]
    first = {table: written(SMALL, table, day) for table in EVENTS}
    other = replace(SMALL, seed=8)
    for table in EVENTS:
        assert written(other, table, day) != first[table]
        assert written(SMALL, table, day) == first[table]


def test_threads_that_write_all_tables_at_once_make_the_same_rows() -> None:
    shop, day = replace(SMALL, seed=9), SOME_DAYS[0]
    with ThreadPoolExecutor(len(EVENTS)) as threads:
        found = [*threads.map(lambda table: written(shop, table, day), EVENTS)]
    assert found == [written(shop, table, day) for table in EVENTS]


@pytest.mark.parametrize("at_once", [1, len(EVENTS)])
def test_the_orders_of_earlier_days_are_derived_once_for_all_tables(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were derived anew for each table, and for its rows and its deletions."""
    shop, days, derived = replace(SMALL, seed=10 + at_once), SOME_DAYS[:2], Counter[date]()
    derive = life.orders_of

    def counted(settings: ShopSettings, day: date) -> Orders:
        derived[day] += settings == shop
        return derive(settings, day)

    monkeypatch.setattr(life, "orders_of", counted)
    with ThreadPoolExecutor(at_once) as threads:
        _ = [*threads.map(lambda table: [written(shop, table, day) for day in days], EVENTS)]
    earlier = {day: times for day, times in derived.items() if day < days[0]}
    assert len(earlier) >= 20
    assert {*earlier.values()} == {1}


def test_another_process_with_other_string_hashes_makes_the_same_rows() -> None:
    program = f"from {HERE} import hash_of_some_days; print(hash_of_some_days())"
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == hash_of_some_days()


def test_a_spawned_worker_makes_the_same_rows() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        assert workers.apply(hash_of_some_days) == hash_of_some_days()


def test_the_rows_of_one_day_are_those_of_the_last_release() -> None:
    """A change of this hash changes everybody's shop: change it deliberately, never to make the test pass."""
    assert content_hash(SMALL, EVENTS, [SOME_DAYS[1]]) == PINNED


def test_asking_for_states_ledgers_and_other_days_changes_no_rows() -> None:
    """They read what days have in common, which is cached, and must not modify it."""
    day = SOME_DAYS[2]
    before = {table: written(SMALL, table, day) for table in EVENTS}
    ledger(SMALL, Days((DAYS,)), DAYS.last)
    for table in EVENTS:
        state(SMALL, table, day, DAYS.last)
        for back in range(20):
            written(SMALL, table, day - timedelta(days=back))
    assert all(written(SMALL, table, day) == rows for table, rows in before.items())
