"""A case: something to be timed, in a process of its own.

A case is a function that prepares (imports, empty tables) and returns the work; only the work is timed. `python -m
benchmarks.case GROUP.CASE ROWS SCRATCH` runs one and prints what it took as JSON; the server is in BENCH_SERVER.
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

Role = Literal["ours", "peer", "limit", "part"]
Work = Callable[[], int | dict[str, float]]
"""Does it, and returns the rows done; or, where it times itself, `seconds`, parts by name, and perhaps `rows`."""

GROUPS: Final = {
    "generate": "benchmarks.generate",
    "load": "benchmarks.load",
    "extract": "benchmarks.extract",
    "stage": "benchmarks.stage",
    "tools": "benchmarks.tools",
    "graph": "benchmarks.graph",
    "start": "benchmarks.start",
}
"""Where the cases of each group are."""
UNSIZED: Final = ("graph", "start")
"""The groups whose cases choose their rows themselves: they run once a call, whatever the sizes."""


@dataclass(frozen=True)
class Case:
    """Something to be timed.

    Attributes:
        name: Of the tool.
        role: Ours, what others would pick, the limit, or a part: what ours is made of, or what has no other beside it.
        prepare: Gets the data and an empty folder; returns the work.
        most_rows: What is slow and linear is run with fewer rows; rows per second are compared.
        rounds: At most; None for as many as asked for.
    """

    name: str
    role: Role
    prepare: Callable[[Data, Path], Work]
    most_rows: int | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class Taken:
    """What one run of a case took.

    Attributes:
        rows: Rows done; 0 where rows are not the measure.
        seconds: Of the work.
        cpu: Seconds of processors, of the process and its children; what a busy machine changes less.
        peak_mb: Most memory of the process, from its start; of its largest child where that does the work.
        parts: Seconds by name, where the work splits them.
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


def run(case: Case, data: Data, scratch: Path) -> Taken:
    """Prepare a case and time its work."""
    work = case.prepare(data, scratch)
    gc.collect()
    began, used = time.perf_counter(), cpu_seconds()
    done = work()
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - used
    if isinstance(done, dict):
        rows = int(done.pop("rows", 0))
        return Taken(rows, done.pop("seconds"), cpu, peak_mb() if rows else peak_mb_of_children(), done)
    return Taken(done, seconds, cpu, peak_mb())


def cpu_seconds() -> float:
    """Return the processors' seconds that this process and its children have had."""
    return sum(os.times()[:4])


def peak_mb() -> float:
    """Return the most memory that this process has had, MB."""
    # Not its ru_maxrss: Linux counts into that what the process that started it had.
    [own] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(own) * 1024 / 1e6


def peak_mb_of_children() -> float:
    """Return the most memory that a program had which this process started, MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    # A shell starts what it puts into the background deaf to SIGINT, and so would be the programs that cases end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    group, _, name = sys.argv[1].partition(".")
    [chosen] = [one for one in cases(group) if one.name == name]
    taken = run(chosen, Data(int(sys.argv[2]), os.environ.get("BENCH_SERVER", "")), Path(sys.argv[3]))
    print(json.dumps(asdict(taken)))  # noqa: T201 - the answer
