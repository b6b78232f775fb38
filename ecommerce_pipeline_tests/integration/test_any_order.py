"""The central promise: days in any order, any number of times, alone or in ranges, end with the same rows."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from ecommerce_pipeline_tests.platform import Platform

DAYS = [f"2026-03-{day:02}" for day in range(2, 9)]
ALL_TABLES = 11 + 26 + 16


def shuffled_parts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Cut the days into parts, put these into any order, and repeat one of them on the way."""
    cuts = [0, *sorted(chance.sample(range(1, len(DAYS)), 2)), len(DAYS)]
    parts = [(DAYS[start], DAYS[end - 1]) for start, end in pairwise(cuts)]
    chance.shuffle(parts)
    parts.insert(chance.randrange(1, len(parts)), parts[0])
    yield from parts


@pytest.mark.parametrize("seed", [20260304])
def test_days_shuffled_repeated_and_in_parts_equal_one_range(
    week: Platform, new_platform: Callable[..., Platform], seed: int
) -> None:
    """With late rows and copies on other days: those are what makes the order matter to a naive pipeline."""
    shuffled = new_platform()
    parts = list(shuffled_parts(random.Random(seed)))
    for first, last in parts:
        shuffled.run(first, last)
    assert len(shuffled.content_hashes()) == ALL_TABLES
    assert shuffled.content_hashes() == week.content_hashes(), parts
