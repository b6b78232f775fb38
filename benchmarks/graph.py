"""The whole graph on the command line, as a user runs it: days in one run, one run per day, and days after a history.

The parts are the times of steps in Dagster's event log and of nodes in dbt's log. Before the first step Python starts
and the graph is loaded; after the last one, the table at the end is printed.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.by_hand import plan, run_by_hand
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
STEPS: Final = ("source", "lake", "staging", "reconciliation", "dbt", "forecast", "dashboard")
"""All steps but checks, by the first part of their keys; reconciliation by its name."""
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

    def ingest(self, days: Days) -> None:
        """Write the days of the shop, which from now on is there: runs generate nothing."""
        self.call("run", "--job", "ingest", *days.options, "--only")
        self.environment["SOURCE"] = "external"

    def run(self, days: Days) -> tuple[float, float]:
        """Build the days in one run; return when its process began and ended, in seconds since 1970."""
        began = time.time()
        self.call("run", *days.options, "--only")
        return began, time.time()

    def seconds(self, days: Days) -> float:
        """Build the days in one run; return the wall-clock seconds of the process."""
        began, ended = self.run(days)
        return ended - began

    def parts(self, began: float, ended: float) -> dict[str, float]:
        """Split the seconds of the only run into parts, from the start of its process to its end."""
        from dagster import DagsterEventType, DagsterInstance

        os.environ["DAGSTER_HOME"] = str(self.home)
        with DagsterInstance.get() as instance:
            [run] = instance.get_runs()
            layers = layer_seconds(instance, run.run_id)
            [in_dbt] = [
                entry.timestamp
                for entry in instance.all_logs(run.run_id, DagsterEventType.STEP_START)
                if entry.step_key == "dbt"
            ]
            steps = instance.all_logs(run.run_id, {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS})
            first, last = steps[0].timestamp, steps[-1].timestamp
        nodes = node_times(self.folder / "dbt" / "runs" / run.run_id / "dbt.log")
        checks = sum(seconds for layer, seconds in layers.items() if layer not in STEPS)
        return {
            "before the first step": first - began,
            **{layer: layers[layer] for layer in ("source", "lake", "staging", "reconciliation")},
            "dbt before its first node": nodes[0] - in_dbt,
            "dbt's nodes": nodes[-1] - nodes[0],
            "dbt after its last node": in_dbt + layers["dbt"] - nodes[-1],
            **{layer: layers[layer] for layer in ("forecast", "dashboard")},
            "checks": checks,
            "between steps": last - first - sum(layers.values()),
            "after the last step": ended - last,
        }


def node_times(log: Path) -> list[float]:
    """Return when nodes of dbt started or ended, in seconds since 1970, in order."""
    events = [json.loads(line)["info"] for line in log.read_text().splitlines()]
    names = {"LogStartLine", "LogModelResult", "LogTestResult", "LogSeedResult"}
    return [datetime.fromisoformat(event["ts"]).timestamp() for event in events if event["name"] in names]


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
        layer, _, name = str(entry.step_key).partition("__")
        layer, event = name if name == "reconciliation" else layer, entry.dagster_event
        if event and event.event_type == DagsterEventType.STEP_START:
            running.append(layer)
        else:
            running.remove(layer)
    return layers


def last(days: int) -> Days:
    """Return the last days of the calendar."""
    return Days((Window(LAST - timedelta(days=days - 1), LAST + timedelta(days=1)),))


def in_one_run(days: int, scale: int = 1, key_type: str = "integer") -> Callable[[Data, Path], Work]:
    """Return the case of days in one run, on an empty platform."""

    def prepare(_data: Data, scratch: Path) -> Work:
        platform = Platform(scratch, SCALE=str(scale), KEY_TYPE=key_type)

        def work() -> dict[str, float]:
            began, ended = platform.run(last(days))
            return {"seconds": ended - began, **platform.parts(began, ended)}

        return work

    return prepare


def by_hand(days: int, scale: int = 1) -> Callable[[Data, Path], Work]:
    """Return the case of the same rows and the same SQL without the platform, in one plain script."""

    def prepare(_data: Data, scratch: Path) -> Work:
        built, alone = scratch / "built", scratch / "by hand"
        built.mkdir(mode=0o755)
        alone.mkdir()
        platform = Platform(built, SCALE=str(scale))
        platform.run(last(days))
        steps = plan(built, last(days))
        return lambda: run_by_hand(steps, alone)

    return prepare


def one_run_each(_data: Data, scratch: Path) -> Work:
    """Days in one run each, one after the other."""
    platform = Platform(scratch)

    def work() -> dict[str, float]:
        days = Window(LAST - timedelta(days=RUNS - 1), LAST + timedelta(days=1)).days()
        return {"seconds": sum(platform.seconds(Days.of_day(day)) for day in days)}

    return work


def with_history(days: int) -> Callable[[Data, Path], Work]:
    """Return the case of a day added to a history of days: the median of three such days."""

    def prepare(_data: Data, scratch: Path) -> Work:
        start = NEW_DAY - timedelta(days=days)
        platform = Platform(scratch, START_DATE=start.isoformat())
        platform.run(Days((Window(start, NEW_DAY),)))

        def work() -> dict[str, float]:
            seconds = [platform.seconds(Days.of_day(NEW_DAY + timedelta(days=day))) for day in range(NEW_DAYS)]
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
    Case("30 days in one run at scale 100", "part", in_one_run(30, scale=100), rounds=1),
    Case("1 day by hand", "part", by_hand(1), rounds=3),
    Case("30 days by hand", "part", by_hand(30), rounds=3),
    Case("365 days by hand", "part", by_hand(365), rounds=2),
    Case("30 days at scale 100 by hand", "part", by_hand(30, scale=100), rounds=1),
)
