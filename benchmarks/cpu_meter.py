"""The CPU time of processes that are not ours to start or end, between any two times."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

import psutil

SECONDS_BETWEEN_READINGS: Final = 0.25


@dataclass(frozen=True)
class CpuMeter:
    """The CPU seconds of processes and all that they start, read at intervals.

    Attributes:
        pids: The processes.
    """

    pids: Sequence[int]
    _readings: list[tuple[float, float]] = field(default_factory=list)
    _done: Event = field(default_factory=Event)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read while the block runs."""
        thread = Thread(target=self._read)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def between(self, start: float, end: float) -> float:
        """Return the seconds used from the last reading before a time to the first one after another."""
        before = max((used for at, used in self._readings if at <= start), default=self._readings[0][1])
        after = min((used for at, used in self._readings if at >= end), default=self._readings[-1][1])
        return after - before

    def _read(self) -> None:
        while not self._done.wait(SECONDS_BETWEEN_READINGS):
            self._readings.append((time.time(), sum(map(_cpu_seconds, self.pids))))


def _cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and its descendants, with those that have ended."""
    used, process = 0.0, psutil.Process(pid)
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used += sum(each.cpu_times()[:4])
    return used
