"""What `benchmarks.freshness` has measured, and docs/freshness.md, which it writes."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from benchmarks.report import machine

GOAL_MINUTES: Final = 5
GOAL_SECONDS: Final = 3


@dataclass(frozen=True)
class Setting:
    """What is measured.

    Attributes:
        minutes: How long orders are written.
        scale: SCALE of the shop.
        whole_days: Days before today.
        refresh_minutes: REFRESH_MINUTES of the platform.
        between_orders: The fewest and the most seconds from one order to the next.
    """

    minutes: float
    scale: int
    whole_days: int
    refresh_minutes: int
    between_orders: tuple[int, int]


@dataclass(frozen=True)
class Empty:
    """A refresh that found nothing: seconds from its due time to its end, and CPU seconds in this time."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        began: The time and time zone of the shop at the start.
        orders_before: Orders of today before the first one that was measured.
        delays: Seconds from the commit of each order to the page that has it.
        runs: Seconds of each refresh that built, from its launch to its end.
        failed: Runs and looks that failed.
        empty: The refreshes of the silent time.
        idle_cpu: CPU seconds a minute between these.
        dbt_when_silent: Invocations of dbt in the silent time.
        load: The machine's load average, minute by minute.
    """

    began: str
    orders_before: int
    delays: Sequence[float]
    runs: Sequence[float]
    failed: int
    empty: Sequence[Empty]
    idle_cpu: float
    dbt_when_silent: int
    load: Sequence[float]

    @property
    def targets(self) -> dict[str, bool]:
        """The targets, and whether they are met."""
        return {
            f"from a commit to the page in at most {GOAL_MINUTES} minutes": max(self.delays) <= GOAL_MINUTES * 60,
            "no refresh fails": self.failed == 0,
            f"a refresh that finds nothing takes under {GOAL_SECONDS} s": self._longest < GOAL_SECONDS,
            f"and under {GOAL_SECONDS} s of CPU": max(one.cpu for one in self.empty) < GOAL_SECONDS,
            "and starts no dbt": self.dbt_when_silent == 0,
        }

    @property
    def _longest(self) -> float:
        return max(one.seconds for one in self.empty)


def report(setting: Setting, found: Measured) -> str:
    """Return the page."""
    rows = {
        "from the commit of an order to the page that has it": found.delays,
        "a refresh that builds, from its launch to its end": found.runs,
        "a refresh that finds nothing, from its due time to its end": [one.seconds for one in found.empty],
        "CPU time in that time": [one.cpu for one in found.empty],
    }
    table = "\n".join(f"| {name} | {spread(values)} | {len(values)} |" for name, values in rows.items())
    targets = "\n".join(f"| {target} | {'yes' if met else '**no**'} |" for target, met in found.targets.items())
    shortest, longest = setting.between_orders
    return f"""# Freshness: from a row in PostgreSQL to the page

With `TODAY=true` the calendar ends with today, a day that is partial until it ends in `TIME_ZONE`. Every `REFRESH_MINUTES` the
schedule `refresh` looks at the source and, if days have changed, builds them in one run. Set both in `.env`, start `make dev`, and
turn the schedule on under *Automation*.

A row waits for the next look, at most `REFRESH_MINUTES`, and then for the run. A look is skipped while a run is going on, so
`REFRESH_MINUTES` below the length of a run gains nothing.

The page says until when the newest day is known: when its rows were read. Today is a period of its own and has a paler bar; it
is in sums, and in no daily average and no comparison. The asset `dashboard/report` has that time as `as of`. The volume checks
report too many rows of today, never too few.

## Measured

Written by `make freshness`, which is `python -m benchmarks.freshness`. `MINUTES=6` makes it short.

{machine()}

The shop's database has {setting.whole_days} whole days at `SCALE={setting.scale}` and, at the start, {found.orders_before:,} orders of today
({found.began}). Another platform wrote them; the one that is measured reads them with `SOURCE=external`, under `dagster dev` with
`REFRESH_MINUTES={setting.refresh_minutes}`. For {setting.minutes:.0f} minutes an application committed two paid orders every {shortest} to {longest} s, one
in a store, whose amount is looked for on the page, and one online with its visit. Then it wrote nothing, until {len(found.empty)} refreshes
had found nothing.

Load average of the machine, other work included: {median(found.load):.1f} (median), {max(found.load):.1f} (highest), on {os.cpu_count()} CPUs. Times
on a machine without other work are shorter.

| | median | 95 % are within | longest | number |
| --- | ---: | ---: | ---: | ---: |
{table}

CPU time is that of PostgreSQL and of all processes of `dagster dev`, which use {found.idle_cpu:.1f} s a minute between refreshes too.
dbt was started {found.dbt_when_silent} times after the last order was shown. At the end `verify` found the rows of today equal in all layers.

| target | met |
| --- | --- |
{targets}
"""  # noqa: E501 - lines of the page


def spread(values: Sequence[float]) -> str:
    """Return the median, the 95th percentile and the maximum, in seconds, as cells of a table.

    >>> spread([1.0, 2.0, 4.0])
    '2.0 s | 4.0 s | 4.0 s'
    """
    within = sorted(values)[ceil(0.95 * len(values)) - 1]
    return f"{median(values):.1f} s | {within:.1f} s | {max(values):.1f} s"
