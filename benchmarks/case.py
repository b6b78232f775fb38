"""A case: one thing to time, in its own process.

A case is a function that prepares (imports, empty tables) and returns the work; only the work is timed. `python -m
benchmarks.case GROUP.CASE ROWS SCRATCH` runs one and prints its measurement as JSON; BENCH_SERVER names the server.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Final, Literal

from benchmarks.data import Data
from ecommerce_pipeline.process import tune_garbage_collection

Role = Literal["ours", "peer", "limit", "part"]
Work = Callable[[], int | dict[str, float]]
"""Returns the number of rows processed; or, if it times itself, `seconds`, its parts, and optionally `rows`."""

GROUPS: Final = {
    "generate": "benchmarks.generate",
    "load": "benchmarks.load",
    "extract": "benchmarks.extract",
    "stage": "benchmarks.stage",
    "tools": "benchmarks.tools",
    "graph": "benchmarks.graph",
    "peers": "benchmarks.peers",
    "executors": "benchmarks.executors",
    "changes": "benchmarks.changes",
    "start": "benchmarks.start",
}
"""The module that holds the cases of each group."""
UNSIZED: Final = ("graph", "peers", "executors", "changes", "start")
"""The groups whose cases have fixed data: they run once per call, whatever the sizes."""


@dataclass(frozen=True)
class Case:
    """One thing to time.

    Attributes:
        name: The tool's name.
        role: Ours, a peer, the limit, or a part: a part of ours, or a case without a peer.
        prepare: Takes the data and an empty folder; returns the work.
        most_rows: Limit for slow, linear cases; rows per second are compared.
        rounds: Most rounds; None for as many as selected.
    """

    name: str
    role: Role
    prepare: Callable[[Data, Path], Work]
    most_rows: int | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class Measurement:
    """The cost of one run of a case.

    Attributes:
        rows: Rows processed; 0 if the case has no rows.
        seconds: Wall-clock seconds of the work.
        cpu: CPU seconds of the process and its children, which depend less on other load of the machine.
        peak_mb: Peak memory of the process since its start, or of its largest child if that does the work.
        parts: Seconds by name, if the work splits them.
    """

    rows: int
    seconds: float
    cpu: float
    peak_mb: float
    parts: dict[str, float] = field(default_factory=dict)


def cases(group: str) -> tuple[Case, ...]:
    """Return the cases of a group."""
    found: tuple[Case, ...] = import_module(GROUPS[group]).CASES
    return found


def run(case: Case, data: Data, scratch: Path) -> Measurement:
    """Prepare a case and time its work."""
    work = case.prepare(data, scratch)
    gc.collect()
    began, used = time.perf_counter(), cpu_seconds()
    done = work()
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - used
    if isinstance(done, dict):
        rows = int(done.pop("rows", 0))
        return Measurement(rows, done.pop("seconds"), cpu, peak_mb() if rows else peak_mb_of_children(), done)
    return Measurement(done, seconds, cpu, peak_mb())


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and its children."""
    return sum(os.times()[:4])


def peak_mb() -> float:
    """Return the peak memory of this process, MB."""
    # Not ru_maxrss: on Linux it includes the peak of the parent process.
    [own] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(own) * 1024 / 1e6


def peak_mb_of_children() -> float:
    """Return the peak memory of the largest child process, MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    tune_garbage_collection()
    # A shell starts background jobs with SIGINT ignored; so would be the programs that cases stop with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    group, _, name = sys.argv[1].partition(".")
    [chosen] = [one for one in cases(group) if one.name == name]
    measurement = run(chosen, Data(int(sys.argv[2]), os.environ.get("BENCH_SERVER", "")), Path(sys.argv[3]))
    print(json.dumps(asdict(measurement)))  # noqa: T201 - read by the parent process
