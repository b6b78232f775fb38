"""Changed days on the command line: how long a look at the source takes, and a run of days that lie apart."""

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.graph import LAST, Platform
from ecommerce_pipeline.partitions import Days, Window

MANY: Final = 60
"""Days that are built again, side by side or apart."""
APART: Final = 2
"""Days from one to the next of those that lie apart."""


def platform_of(scratch: Path, days: int) -> Platform:
    """Return a platform with the last days, whose changes a look has seen already."""
    platform = Platform(scratch, START_DATE=_first(days).isoformat())
    platform.run(Days((Window(_first(days), LAST + timedelta(days=1)),)))
    platform.call("changes")
    return platform


def command(days: int, *arguments: str) -> Callable[[Data, Path], Work]:
    """Return the case of a command on a platform of days in which nothing has changed."""

    def prepare(_data: Data, scratch: Path) -> Work:
        platform = platform_of(scratch, days)

        def work() -> dict[str, float]:
            began = time.perf_counter()
            platform.call(*arguments)
            return {"seconds": time.perf_counter() - began}

        return work

    return prepare


def again(days: Sequence[date]) -> Callable[[Data, Path], Work]:
    """Return the case of days that are built again in one run, in a history of twice as many."""

    def prepare(_data: Data, scratch: Path) -> Work:
        platform = platform_of(scratch, MANY * APART)
        return lambda: {"seconds": platform.seconds(Days.of(days))}

    return prepare


def _first(days: int) -> date:
    return LAST - timedelta(days=days - 1)


CASES = (
    Case("run --changed with nothing changed in 30 days", "part", command(30, "run", "--changed"), rounds=3),
    Case("changes of 90 days", "part", command(90, "changes"), rounds=2),
    Case("changes --exact of 90 days", "part", command(90, "changes", "--exact"), rounds=2),
    Case("changes of 400 days", "part", command(400, "changes"), rounds=1),
    Case("changes --exact of 400 days", "part", command(400, "changes", "--exact"), rounds=1),
    Case("60 adjoining days again", "part", again([LAST - timedelta(days=day) for day in range(MANY)]), rounds=2),
    Case(
        "60 scattered days again", "part", again([LAST - timedelta(days=APART * day) for day in range(MANY)]), rounds=2
    ),
)
