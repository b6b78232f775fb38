"""Random faults at random moments, then one run: the rows equal those of an undisturbed run.

CHAOS_FAULTS sets the number of faults, CHAOS_SEED the selection; `make chaos` injects a hundred. The default is those
that no other test covers: a lost database, a full disk, deleted and truncated objects have their own tests.
"""

import os
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.chaos.disturb import disturb
from ecommerce_pipeline_tests.chaos.faults import FAULTS, Fault, jump_the_clock, kill_dbt, run_another
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08")
FEW: list[Fault] = [kill_dbt, run_another, jump_the_clock]
"""The first fault is always a killed run."""
COUNT = int(os.environ.get("CHAOS_FAULTS", len(FEW) + 1))
SEED = int(os.environ.get("CHAOS_SEED", "20260308"))


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


@pytest.mark.timeout(300 + 120 * COUNT)
def test_no_row_is_lost_or_doubled_whatever_happens(undisturbed: Platform, disturbed: Platform) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_FAULTS={COUNT}")  # noqa: T201 - to repeat it
    disturb(disturbed, DAYS, random.Random(SEED), COUNT, FAULTS if "CHAOS_FAULTS" in os.environ else FEW)
    assert disturbed.content_hashes() == undisturbed.content_hashes()
