import multiprocessing
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.synthetic import generate, ledger, planted
from ecommerce_pipeline_tests.synthetic.support import DAYS, SMALL, content_hash

SOME_DAYS = [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]
PINNED = "70ca6356149903f75defebe8c0151d6f8c3c449d153663fccbb14db9261bde3e"
HERE = "ecommerce_pipeline_tests.synthetic.test_determinism"


def hash_of_some_days() -> str:
    return content_hash(SMALL, TABLES, SOME_DAYS)


def test_days_and_tables_are_the_same_in_any_order() -> None:
    asked = [(table, day) for table in EVENTS for day in list(DAYS.days())[-8:]]
    first = {each: generate(SMALL, *each) for each in asked}
    for each in [*asked[1::3], *asked[::-2], *asked[::5]]:
        planted(SMALL, *each)
        assert generate(SMALL, *each).equals(first[each]), each


def test_another_shop_in_between_changes_nothing() -> None:
    day = SOME_DAYS[0]
    first = {table: generate(SMALL, table, day) for table in EVENTS}
    other = replace(SMALL, seed=8)
    for table in EVENTS:
        assert not generate(other, table, day).equals(first[table])
        assert generate(SMALL, table, day).equals(first[table])


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


def test_the_rows_do_not_depend_on_how_many_days_are_asked_for() -> None:
    """A ledger reads many days and tables and must not modify cached rows."""
    day = SOME_DAYS[2]
    before = {table: generate(SMALL, table, day) for table in EVENTS}
    ledger(SMALL, DAYS)
    for back in range(40):
        generate(SMALL, "reviews", day - timedelta(days=back))
    assert all(generate(SMALL, table, day).equals(rows) for table, rows in before.items())
