"""The whole graph on the command line, as a user runs it: days in one run, one run per day, and days after a history.

The parts are the step times in Dagster's event log and dbt's run results; the rest is Dagster itself, the startup of
Python, and the table at the end.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.case import Case, Work
from benchmarks.data import Data
from ecommerce_pipeline.partitions import Days, Window

if TYPE_CHECKING:
    from dagster import DagsterInstance

LAST: Final = date(2026, 3, 31)
NEW_DAY: Final = date(2026, 2, 4)
"""The day added to a history, whatever its length: only the start of the calendar moves."""
RUNS: Final = 10
NEW_DAYS: Final = 3
STEPS: Final = ("source", "lake", "staging", "dbt", "forecast", "dashboard")
"""The first part of the keys of all steps but checks."""
PROGRAM: Final = str(Path(sys.executable).with_name("ecommerce-pipeline"))


class Platform:
    """A platform in an empty folder, with its server running and dbt parsed; removed when the process ends."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.home = folder / "dagster"
        self.folder = folder
        self.environment = os.environ | {"DATA_DIR": str(folder), "DAGSTER_HOME": str(self.home)} | settings
        atexit.register(self.call, "reset", "--yes")
        self.call("doctor", check=False)

    def call(self, *arguments: str, check: bool = True) -> None:
        """Run a command of the platform."""
        subprocess.run(
            [PROGRAM, *arguments], env=self.environment, check=check, stdout=subprocess.DEVNULL, stderr=sys.stderr
        )

    def run(self, days: Days) -> float:
        """Build the days in one run; return the wall-clock seconds of the process."""
        began = time.perf_counter()
        self.call("run", *days.options, "--only")
        return time.perf_counter() - began

    def parts(self, total: float) -> dict[str, float]:
        """Split the seconds of the only run into parts."""
        from dagster import DagsterInstance

        os.environ["DAGSTER_HOME"] = str(self.home)
        with DagsterInstance.get() as instance:
            [run] = instance.get_runs()
            layers = layer_seconds(instance, run.run_id)
        results: Any = json.loads((self.folder / "dbt" / "runs" / run.run_id / "run_results.json").read_text())
        # Models run two at a time: the sum of their times can exceed the clock's.
        sql = min(sum(one["execution_time"] for one in results["results"]) / 2, layers["dbt"])
        return {
            **{layer: layers[layer] for layer in ("source", "lake", "staging")},
            "dbt's SQL": sql,
            "dbt overhead": layers["dbt"] - sql,
            "forecast": layers["forecast"],
            "dashboard": layers["dashboard"],
            "checks": sum(seconds for layer, seconds in layers.items() if layer not in STEPS),
            "Dagster and startup": total - sum(layers.values()),
        }


def layer_seconds(instance: "DagsterInstance", run_id: str) -> dict[str, float]:
    """Return the seconds of the steps of each layer; concurrent steps share their time equally."""
    from dagster import DagsterEventType

    layers: dict[str, float] = defaultdict(float)
    running: list[str] = []
    before = 0.0
    for entry in instance.all_logs(run_id, {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS}):
        for layer in running:
            layers[layer] += (entry.timestamp - before) / len(running)
        before = entry.timestamp
        layer, event = str(entry.step_key).split("__", maxsplit=1)[0], entry.dagster_event
        if event and event.event_type == DagsterEventType.STEP_START:
            running.append(layer)
        else:
            running.remove(layer)
    return layers


def in_one_run(days: int, scale: int = 1, key_type: str = "integer") -> Callable[[Data, Path], Work]:
    """Return the case of days in one run, on an empty platform."""

    def prepare(_data: Data, scratch: Path) -> Work:
        platform = Platform(scratch, SCALE=str(scale), KEY_TYPE=key_type)

        def work() -> dict[str, float]:
            seconds = platform.run(Days((Window(LAST - timedelta(days=days - 1), LAST + timedelta(days=1)),)))
            return {"seconds": seconds, **platform.parts(seconds)}

        return work

    return prepare


def one_run_each(_data: Data, scratch: Path) -> Work:
    """Days in one run each, one after the other."""
    platform = Platform(scratch)

    def work() -> dict[str, float]:
        days = Window(LAST - timedelta(days=RUNS - 1), LAST + timedelta(days=1)).days()
        return {"seconds": sum(platform.run(Days.of_day(day)) for day in days)}

    return work


def with_history(days: int) -> Callable[[Data, Path], Work]:
    """Return the case of a day added to a history of days: the median of three such days."""

    def prepare(_data: Data, scratch: Path) -> Work:
        start = NEW_DAY - timedelta(days=days)
        platform = Platform(scratch, START_DATE=start.isoformat())
        platform.run(Days((Window(start, NEW_DAY),)))

        def work() -> dict[str, float]:
            seconds = [platform.run(Days.of_day(NEW_DAY + timedelta(days=day))) for day in range(NEW_DAYS)]
            return {"seconds": median(seconds)}

        return work

    return prepare


CASES = (
    Case("1 day", "part", in_one_run(1), rounds=3),
    Case("30 days in one run", "part", in_one_run(30), rounds=3),
    Case("365 days in one run", "part", in_one_run(365), rounds=2),
    Case("10 days with one run each", "part", one_run_each, rounds=1),
    Case("a day after 9", "part", with_history(9), rounds=2),
    Case("a day after 399", "part", with_history(399), rounds=2),
    Case("1 day at scale 10", "part", in_one_run(1, scale=10), rounds=2),
    Case("1 day at scale 10 with text keys", "part", in_one_run(1, scale=10, key_type="text"), rounds=2),
    Case("1 day at scale 100", "part", in_one_run(1, scale=100), rounds=1),
)
