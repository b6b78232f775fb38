"""Injects one fault after the other into a platform, then runs it once to repair everything."""

import random
from collections.abc import Iterator, Sequence

from ecommerce_pipeline_tests.chaos.faults import Fault, Victim, kill_the_run
from ecommerce_pipeline_tests.support.platform import Platform

LONGEST_RUN = 25.0
"""Seconds; the first faults come within this time, the later ones within the time of a run that ended by itself."""
TRIES = 5
"""A fault at a random moment can miss the run; then it is injected into another one."""


def disturb(
    platform: Platform, days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> None:
    """Inject faults into runs of random days; each strikes, and its run succeeds, is killed, or fails with one message.

    Args:
        platform: The platform.
        days: The days of the runs, in order; the last run covers all of them, without a fault.
        chance: The source of all randomness.
        count: Number of faults.
        faults: The faults; none is repeated before all were injected.
    """
    lasts = LONGEST_RUN
    for number, (fault, first, last) in enumerate(_chosen(days, chance, count, faults), 1):
        for _ in range(TRIES):
            victim = Victim(platform, first, last, chance, lasts)
            struck = fault(victim)
            code, output, seconds = victim.end
            summary = (
                f"{number}: {fault.__name__} in {first} to {last}{'' if struck else ', which it missed'}: "
                f"exit {code} after {seconds:.1f} s"
            )
            print(summary, flush=True)  # noqa: T201
            assert "Traceback" not in output, f"{summary}\n{output}"
            assert "FileNotFoundError" not in output, f"{summary}\n{output}"
            assert code in {0, 1, -9}, f"{summary}\n{output}"
            assert code != 1 or "error: " in output, f"{summary}\n{output}"
            if struck:
                break
            lasts = min(lasts, 0.9 * seconds)
        assert struck, f"{fault.__name__} missed {TRIES} runs"
    last_run = Victim(platform, days[0], days[-1], chance, lasts)
    last_run.start()
    code, output, _ = last_run.end
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
