"""Injects one fault after the other into a platform, then runs once what has changed, to repair everything."""

import random
from collections.abc import Iterator, Sequence

from ecommerce_pipeline_tests.chaos.faults import Fault, Victim, kill_the_run, set_of
from ecommerce_pipeline_tests.support.lives import change_rows
from ecommerce_pipeline_tests.support.platform import Platform

LONGEST_RUN = 25.0
"""Seconds; the first faults come within this time, the later ones within the time of a run that ended by itself."""
TRIES = 5
"""A fault at a random moment can miss the run; then it is injected into another one."""


def disturb(
    platform: Platform, days: Sequence[str], chance: random.Random, count: int, faults: Sequence[Fault]
) -> None:
    """Inject faults into runs of random days; each strikes, and its run succeeds, is killed, or fails with one message.

    Before each run rows of the shop change. Every other run is one of changed days, the last one too, which compares
    all days exactly, and has no fault.

    Args:
        platform: The platform.
        days: The days of the shop's life, which are written first.
        chance: The source of all randomness.
        count: Number of faults.
        faults: The faults; none is repeated before all were injected.
    """
    platform.run(days[0], days[-1], job="ingest")
    lasts = LONGEST_RUN
    for number, fault in enumerate(_chosen(chance, count, faults), 1):
        for _ in range(TRIES):
            change_rows(platform, chance)
            victim = Victim(platform, days, set_of(days, chance) if number % 2 == 0 else None, chance, lasts)
            struck = fault(victim)
            code, output, seconds = victim.end
            summary = (
                f"{number}: {fault.__name__} in {victim.days or 'changed days'}"
                f"{'' if struck else ', which it missed'}: exit {code} after {seconds:.1f} s"
            )
            print(summary, output[output.rfind("error: ") :] if code == 1 else "", flush=True)  # noqa: T201
            assert "Traceback" not in output, f"{summary}\n{output}"
            assert "FileNotFoundError" not in output, f"{summary}\n{output}"
            assert code in {0, 1, -9}, f"{summary}\n{output}"
            assert code != 1 or "error: " in output, f"{summary}\n{output}"
            if struck:
                break
            lasts = min(lasts, 0.9 * seconds)
        assert struck, f"{fault.__name__} missed {TRIES} runs"
    platform.run_changed(exact=True)
    assert platform.changes(exact=True) == []


def _chosen(chance: random.Random, count: int, faults: Sequence[Fault]) -> Iterator[Fault]:
    waiting: list[Fault] = []
    for number in range(count):
        waiting = waiting or chance.sample(list(faults), len(faults))
        # The first run starts on an empty platform: a kill is the only fault that can apply.
        yield waiting.pop() if number else kill_the_run
