"""The central guarantee: days run in any order, any number of times, alone or in ranges, give the same rows."""

import random
from collections.abc import Callable

import pytest

from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = [f"2026-03-{day:02}" for day in range(2, 9)]
ALL_TABLES = len(STAGING) + len(list((DBT_DIR / "models").rglob("*.sql")))


def shuffled_ranges(rng: random.Random) -> list[tuple[str, str]]:
    """Split the days into two ranges; return them in random order, and the first of them again."""
    cut = rng.randrange(1, len(DAYS))
    ranges = [(DAYS[0], DAYS[cut - 1]), (DAYS[cut], DAYS[-1])]
    rng.shuffle(ranges)
    return [*ranges, ranges[0]]


@pytest.mark.parametrize("seed", [20260307])
def test_shuffled_and_repeated_ranges_give_the_same_rows_as_one_range(
    week: Platform, new_platform: Callable[..., Platform], seed: int
) -> None:
    """The shop has late rows and duplicates on other days: in a naive pipeline they make the order matter."""
    shuffled = new_platform()
    ranges = shuffled_ranges(random.Random(seed))
    for first, last in ranges:
        shuffled.run(first, last)
    assert len(shuffled.content_hashes()) == ALL_TABLES
    assert shuffled.content_hashes() == week.content_hashes(), ranges
