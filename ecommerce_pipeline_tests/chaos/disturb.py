"""Doing one fault after the other to a platform, and then one run that is to put everything right."""

import random
import time
from collections.abc import Iterator, Sequence

from ecommerce_pipeline_tests.chaos.faults import Fault, Victim, kill_the_run
from ecommerce_pipeline_tests.support.platform import Platform


def disturb(
    platform: Platform, days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> None:
    """Do faults to runs of random days; each run ends well, is killed, or says in one message what was wrong.

    Args:
        platform: What they are done to.
        days: The days of the runs, in order; all of them are run at the end, undisturbed.
        chance: Where all that is random comes from.
        count: How many faults.
        faults: Which; none is done again before all were.
    """
    for number, (fault, first, last) in enumerate(_chosen(days, chance, count, faults), 1):
        started = time.monotonic()
        victim = Victim(platform, first, last, chance)
        fault(victim)
        code, said = victim.end()
        told = f"{number}: {fault.__name__} in {first} to {last}: exit {code} after {time.monotonic() - started:.1f} s"
        print(told, flush=True)  # noqa: T201
        assert "Traceback" not in said, f"{told}\n{said}"
        assert "FileNotFoundError" not in said, f"{told}\n{said}"
        assert code in {0, 1, -9}, f"{told}\n{said}"
        assert code != 1 or "error: " in said, f"{told}\n{said}"
    last_run = Victim(platform, days[0], days[-1], chance)
    last_run.start()
    code, said = last_run.end()
    assert code == 0, said


def _chosen(
    days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> Iterator[tuple[Fault, str, str]]:
    waiting: list[Fault] = []
    for number in range(count):
        waiting = waiting or chance.sample(list(faults), len(faults))
        first = chance.randrange(len(days))
        last = chance.randrange(first, len(days))
        # The first finds nothing there yet: a kill is the one thing that can be done to it.
        yield (waiting.pop() if number else kill_the_run), days[first], days[last]
