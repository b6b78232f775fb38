"""Measures one day of a growing shop: `python -m benchmarks.scale` prints the table of docs/scale.md.

Each scale is a run of the command line in an empty data folder, split as `graph` does; memory is the most that its
processes had together, sampled, PostgreSQL's not. `python -m benchmarks.scale 1 10` measures these scales alone.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

import psutil

from benchmarks.graph import Measured, measure

SCALES: Final = (1, 10, 100)
SECONDS_BETWEEN_SAMPLES: Final = 0.2


def main(scales: list[int]) -> None:
    """Print a row as soon as its scale has been measured."""
    for scale in scales:
        os.environ["SCALE"] = str(scale)
        with most_memory() as peaks:
            one = measure(days=1)
        if scale == scales[0]:
            print(header(one), flush=True)  # noqa: T201 - a command's answer
        print(row(scale, one, max(peaks)), flush=True)  # noqa: T201


def header(one: Measured) -> str:
    """Return the head of the table."""
    return (
        f"| scale | source rows | seconds | rows per second | {' | '.join(one.shares)} | peak MB |\n"
        f"|{' ---: |' * (len(one.shares) + 5)}"
    )


def row(scale: int, one: Measured, peak: int) -> str:
    """Return a scale's row; the peak is in bytes."""
    shares = " | ".join(f"{seconds:.1f} s" for seconds in one.shares.values())
    rate = one.rows / one.total
    return f"| {scale} | {one.rows:,} | {one.total:.1f} | {rate:,.0f} | {shares} | {peak / 1e6:,.0f} |"


@contextmanager
def most_memory() -> Iterator[list[int]]:
    """Give a list that ends with the greatest memory of this process's descendants together, bytes."""
    peaks, stop = [0], Event()

    def sample() -> None:
        while not stop.wait(SECONDS_BETWEEN_SAMPLES):
            peaks.append(max(peaks.pop(), resident()))

    thread = Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        stop.set()
        thread.join()


def resident() -> int:
    """Return the memory of this process's descendants now, bytes; of what ends meanwhile, none."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(SCALES))
