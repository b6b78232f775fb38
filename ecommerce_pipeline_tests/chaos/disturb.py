"""Injects one fault after the other into a platform, then runs it once to repair everything."""

import random
import time
from collections.abc import Iterator, Sequence

from ecommerce_pipeline_tests.chaos.faults import Fault, Victim, kill_the_run
from ecommerce_pipeline_tests.support.platform import Platform


def disturb(
    platform: Platform, days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> None:
    """Inject faults into runs of random days; each run succeeds, is killed, or fails with one clear message.

    Args:
        platform: The platform.
        days: The days of the runs, in order; the last run covers all of them, without a fault.
        chance: The source of all randomness.
        count: Number of faults.
        faults: The faults; none is repeated before all were injected.
    """
    for number, (fault, first, last) in enumerate(_chosen(days, chance, count, faults), 1):
        started = time.monotonic()
        victim = Victim(platform, first, last, chance)
        fault(victim)
        code, output = victim.end()
        seconds = time.monotonic() - started
        summary = f"{number}: {fault.__name__} in {first} to {last}: exit {code} after {seconds:.1f} s"
        print(summary, flush=True)  # noqa: T201
        assert "Traceback" not in output, f"{summary}\n{output}"
        assert "FileNotFoundError" not in output, f"{summary}\n{output}"
        assert code in {0, 1, -9}, f"{summary}\n{output}"
        assert code != 1 or "error: " in output, f"{summary}\n{output}"
    last_run = Victim(platform, days[0], days[-1], chance)
    last_run.start()
    code, output = last_run.end()
    assert code == 0, output


def _chosen(
    days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> Iterator[tuple[Fault, str, str]]:
    waiting: list[Fault] = []
    for number in range(count):
        waiting = waiting or chance.sample(list(faults), len(faults))
        first = chance.randrange(len(days))
        last = chance.randrange(first, len(days))
        # The first run starts on an empty platform: a kill is the only fault that can apply.
        yield (waiting.pop() if number else kill_the_run), days[first], days[last]
