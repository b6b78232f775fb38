"""The central promise: days in any order, any number of times, alone or in ranges, end with the same rows."""

import random
from collections.abc import Callable

import pytest

from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = [f"2026-03-{day:02}" for day in range(2, 9)]
ALL_TABLES = len(STAGING) + len(list((DBT_DIR / "models").rglob("*.sql")))


def shuffled_parts(chance: random.Random) -> list[tuple[str, str]]:
    """Cut the days in two, take the parts in any order, and the first of them once more."""
    cut = chance.randrange(1, len(DAYS))
    parts = [(DAYS[0], DAYS[cut - 1]), (DAYS[cut], DAYS[-1])]
    chance.shuffle(parts)
    return [*parts, parts[0]]


@pytest.mark.parametrize("seed", [20260307])
def test_days_shuffled_repeated_and_in_parts_equal_one_range(
    week: Platform, new_platform: Callable[..., Platform], seed: int
) -> None:
    """With late rows and copies on other days: those are what makes the order matter to a naive pipeline."""
    shuffled = new_platform()
    parts = shuffled_parts(random.Random(seed))
    for first, last in parts:
        shuffled.run(first, last)
    assert len(shuffled.content_hashes()) == ALL_TABLES
    assert shuffled.content_hashes() == week.content_hashes(), parts
