"""Random faults at random moments, then one run: the rows are those of a run that nobody disturbed.

CHAOS_FAULTS says how many, CHAOS_SEED which; `make chaos` does a hundred. Without them there are four, of kinds that no
other test has: a database that goes away, a full disk, lost and truncated objects have tests of their own.
"""

import os
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.chaos.disturb import disturb
from ecommerce_pipeline_tests.chaos.faults import FAULTS
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08")
COUNT = int(os.environ.get("CHAOS_FAULTS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", "20260975"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with closing(Platform(tmp_path_factory.mktemp("undisturbed"))) as platform:
        platform.run(DAYS[0], DAYS[-1])
        yield platform


@pytest.fixture
def disturbed(tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(tmp_path / "disturbed")
    yield platform
    platform.close()


def test_no_row_is_lost_or_doubled_whatever_happens(undisturbed: Platform, disturbed: Platform) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_FAULTS={COUNT}")  # noqa: T201 - to do the same again
    disturb(disturbed, DAYS, random.Random(SEED), COUNT, list(FAULTS.values()))
    assert disturbed.content_hashes() == undisturbed.content_hashes()
