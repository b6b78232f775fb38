"""Random faults at random moments, then one run of what has changed: the rows equal those of a warehouse built at once.

CHAOS_FAULTS sets the number of faults, CHAOS_SEED the selection; `make chaos` injects a hundred. The default is those
that no other test covers: a lost database, a full disk, deleted and truncated objects have their own tests.
"""

import os
import random
from contextlib import closing
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.chaos.disturb import disturb
from ecommerce_pipeline_tests.chaos.faults import FAULTS, Fault, jump_the_clock, kill_dbt, run_another
from ecommerce_pipeline_tests.support.lives import built_at_once, comparable_rows
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08")
FEW: list[Fault] = [kill_dbt, run_another, jump_the_clock]
"""The first fault is always a killed run."""
COUNT = int(os.environ.get("CHAOS_FAULTS", len(FEW) + 1))
SEED = int(os.environ.get("CHAOS_SEED", "20260308"))


@pytest.mark.timeout(300 + 120 * COUNT)
def test_no_row_is_lost_or_doubled_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"CHAOS_SEED={SEED} CHAOS_FAULTS={COUNT}")  # noqa: T201 - to repeat it
    with closing(Platform(tmp_path / "disturbed")) as disturbed:
        disturb(disturbed, DAYS, random.Random(SEED), COUNT, FAULTS if "CHAOS_FAULTS" in os.environ else FEW)
        with closing(built_at_once(disturbed, tmp_path / "at_once", monkeypatch)) as at_once:
            assert comparable_rows(disturbed) == comparable_rows(at_once)
