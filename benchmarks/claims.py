"""The performance targets, and whether the available results meet them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.case import UNSIZED
from benchmarks.results import Result

SMALL: Final = 100_000
MORE: Final = 0.2
"""Allowed growth of what should be constant."""
TIMES_OF_A_MONTH: Final = 4
TIMES_OF_RUNS: Final = 20
TIMES_OF_ADJOINING: Final = 1.5
TIMES_OF_INTEGER_KEYS: Final = 1.5
BY_HAND: Final = (
    ("1 day", "1 day by hand", 3.0),
    ("30 days in one run", "30 days by hand", 3.0),
    ("365 days in one run", "365 days by hand", 2.5),
    ("30 days in one run at scale 100", "30 days at scale 100 by hand", 2.0),
)
"""The whole graph, the same rows and SQL without the platform, and the most times as long that the graph may take."""
BY_PEERS: Final = (
    ("1 day", "1 day by dlt and dbt", 1),
    ("1 day", "1 day by Dagster's own parts", 1),
    ("30 days in one run", "30 days by dlt and dbt", 1),
    ("30 days in one run", "3 days by Dagster's own parts with one run each", 10),
)
"""The platform, another way to build the same tables, and how often that must be done for the same days."""
TIMES_OF_THREADS: Final = 1.15
BY_EXECUTOR: Final = ("1 day", "30 days", "1 day on emulators")
"""The runs whose executors are compared: cases are named `RUN by EXECUTOR`, and ours is `threads`."""
SECONDS: Final = {
    "run --changed with nothing changed in 30 days": 3,
    "changes --exact of 90 days": 2,
    "changes --exact of 400 days": 15,
    "import of the code location": 1.5,
    "dagster dev until the UI has the graph": 5,
    "one table of a day from the UI": 4,
}
"""The longest that commands and waits may take, with Python's startup."""
MOST_GB: Final = 2.0
"""The most memory of any process of a run."""

OUT, IN = ("extract", "COPY TO nowhere"), ("stage", "COPY FROM Parquet")
SPEEDUPS: Final = (
    ("generate", "Faker", 100, "generation", ()),
    ("extract", "dlt", 5, "extraction to Parquet", (OUT,)),
    ("stage", "dlt", 5, "load into DuckDB", (IN,)),
    ("tools", "dlt", 5, "PostgreSQL to DuckDB, end to end", (OUT, IN)),
)
"""Group, prefix of the peers' names, target speedup over the best of them, what is measured, and the limits that, one
after the other, bound every tool."""
LIMITS: Final = (
    (*OUT, 0.7, "extraction"),
    ("load", "COPY FROM a ready file", 0.8, "load into PostgreSQL"),
)
"""Group, the limit's name, the target share of its rate, and what is measured."""
REASONS: Final = (
    (
        " by hand",
        "The whole graph against the work by hand: by hand nothing is generated, compared, forecast or drawn. "
        "The rows `source`, `reconciliation`, `forecast` and `dashboard` of the parts below are the "
        "platform's alone. Of the rest most is Python's: dbt renders, compiles and logs each model and test, "
        "which takes longer than DuckDB's work; before the first step Dagster is imported and the days of "
        "each table are planned; after dbt's last node each table and day gets its event.",
    ),
    (
        "365 days in one run against 30",
        "A year against 30 days: each table has two events per day in Dagster's log, and from the 56th day on "
        "each day is an origin of forecasts.",
    ),
    (
        "day 400 against day 10",
        "Day 400 against day 10: forecasts need 56 days, so on day 10 nothing is fitted, and on day 400 as of "
        "nine origins. The page has all days, and marts of customers and products are built anew.",
    ),
    (
        "reconciliation against",
        "Reconciliation: it reads PostgreSQL's rows again, on purpose, as what was written must not be "
        "compared with what its writer has seen.",
    ),
    (
        "generation against",
        "Generation: orders live for 60 days, and before the first day all is derived that is still due of "
        "those before it. Of a run of many days that is a smaller part.",
    ),
    (
        "extraction as a share",
        "Extraction: a query of its own first looks for values that a warehouse cannot hold, such as NaN, which "
        "the reader would turn into 0.00; a row's business day is computed.",
    ),
    (
        "load into PostgreSQL as a share",
        "Load into PostgreSQL: after all rows the versions of each key are compared, so that the newest wins "
        "whatever the order in which days are written.",
    ),
    (
        "against dlt",
        "dlt: where the limit is under 5 times, COPY alone does not meet the target.",
    ),
    (
        " by threads",
        "The executor: locally each step keeps a processor or two busy, so threads win nothing. Google Cloud, where "
        "steps wait, needs them, and one executor serves both.",
    ),
    (
        "by dlt and dbt",
        "dlt and dbt by hand compare, forecast and draw nothing, and have no record of tables and days.",
    ),
)
"""Why targets are missed, by a part of their texts."""
CONSTANT: Final = (("extract", "extraction"), ("load", "load into PostgreSQL"), ("stage", "load into DuckDB"))


@dataclass(frozen=True)
class Claim:
    """A measured figure, its target, and whether it is met."""

    text: str
    target: str
    measured: str
    met: bool


def claims(results: Sequence[Result]) -> list[Claim]:
    """Return the claims that the results cover."""
    sizes = sorted({one.size for one in results if one.size})
    by_size = [[one for one in results if one.size == size] for size in sizes]
    seconds = {group: {one.name: one.seconds for one in results if one.group == group} for group in UNSIZED}
    return [
        *(claim for here in by_size for claim in _speedups(here)),
        *(claim for here in by_size for claim in _of_limits(here)),
        *_constant_memory(results),
        *_graph(seconds["graph"]),
        *_of_large_runs([one for one in results if one.group == "graph"]),
        *_peers(seconds["peers"]),
        *_executors(seconds["executors"]),
        *_seconds(seconds["changes"] | seconds["start"]),
    ]


def reasons(missed: Sequence[Claim]) -> list[str]:
    """Return the reasons that are known for missed targets."""
    return [reason for part, reason in REASONS if any(part in one.text for one in missed)]


def _speedups(results: Sequence[Result]) -> Iterator[Claim]:
    rate_of = {(one.group, one.name): one.rate for one in results}
    for group, peers, times, what, limits in SPEEDUPS:
        ours = _ours(results, group)
        rates = [one for one in results if one.group == group and one.name.startswith(peers)]
        if ours and rates:
            best = max(rates, key=lambda one: one.rate)
            ratio = ours.rate / best.rate
            text = f"{what} against {best.name}, {ours.size:,} rows"
            measured = f"{ratio:.1f} times"
            if limits and all(limit in rate_of for limit in limits):
                measured += f"; the limit {1 / sum(1 / rate_of[limit] for limit in limits) / best.rate:.1f}"
            yield Claim(text, f"at least {times} times", measured, ratio >= times)


def _of_limits(results: Sequence[Result]) -> Iterator[Claim]:
    for group, name, share, what in LIMITS:
        ours = _ours(results, group)
        limit = next((one for one in results if (one.group, one.name) == (group, name)), None)
        if ours and limit:
            ratio = ours.rate / limit.rate
            text = f"{what} as a share of {name}, {ours.size:,} rows"
            yield Claim(text, f"at least {share:.0%}", f"{ratio:.0%}", ratio >= share)


def _constant_memory(results: Sequence[Result]) -> Iterator[Claim]:
    for group, what in CONSTANT:
        by_size = {one.size: one for one in results if (one.group, one.role) == (group, "ours")}
        largest = max(by_size, default=0)
        if SMALL in by_size and largest > SMALL:
            more = by_size[largest].peak_mb / by_size[SMALL].peak_mb - 1
            text = f"memory of {what}, {largest:,} rows against {SMALL:,}"
            yield Claim(text, f"at most {MORE:+.0%}", f"{more:+.0%}", more <= MORE)


def _graph(seconds: dict[str, float]) -> Iterator[Claim]:
    month, year = seconds.get("30 days in one run"), seconds.get("365 days in one run")
    if month and year:
        times = year / month
        text = "365 days in one run against 30"
        yield Claim(text, f"under {TIMES_OF_A_MONTH} times", f"{times:.1f} times", times < TIMES_OF_A_MONTH)
    runs = seconds.get("10 days with one run each")
    if runs and year:
        times = runs / 10 * 365 / year
        text = "365 runs (10 were run) against 365 days in one run"
        yield Claim(text, f"at least {TIMES_OF_RUNS} times", f"{times:.0f} times", times >= TIMES_OF_RUNS)
    numbers, texts = seconds.get("1 day at scale 10"), seconds.get("1 day at scale 10 with text keys")
    if numbers and texts:
        times, most = texts / numbers, TIMES_OF_INTEGER_KEYS
        yield Claim(
            "text keys against integer keys, at scale 10", f"at most {most} times", f"{times:.2f} times", times <= most
        )
    for graph, hand, most in BY_HAND:
        if graph in seconds and hand in seconds:
            times = seconds[graph] / seconds[hand]
            yield Claim(f"{graph} against {hand}", f"at most {most} times", f"{times:.1f} times", times <= most)
    early, late = seconds.get("a day after 9"), seconds.get("a day after 399")
    if early and late:
        more = late / early - 1
        yield Claim("day 400 against day 10", f"at most {MORE:+.0%}", f"{more:+.0%}", more <= MORE)


def _of_large_runs(results: Sequence[Result]) -> Iterator[Claim]:
    for one in results:
        if one.name == "30 days in one run at scale 100":
            gigabytes = one.peak_mb / 1000
            text = f"memory of the largest process, {one.name}"
            yield Claim(text, f"under {MOST_GB:g} GB", f"{gigabytes:.1f} GB", gigabytes < MOST_GB)
        if "reconciliation" in one.parts:
            compared, moved = one.parts["reconciliation"], one.parts["lake"] + one.parts["staging"]
            text = f"reconciliation against extraction and load, {one.name}"
            yield Claim(text, "at most as long", f"{compared / moved:.2f} times", compared <= moved)


def _peers(seconds: dict[str, float]) -> Iterator[Claim]:
    for ours, peer, runs in BY_PEERS:
        if ours in seconds and peer in seconds:
            times = seconds[peer] * runs / seconds[ours]
            text = f"{ours} against {f'{runs} times ' if runs > 1 else ''}{peer}"
            yield Claim(text, "faster", f"{times:.1f} times", times > 1)


def _executors(seconds: dict[str, float]) -> Iterator[Claim]:
    for run in BY_EXECUTOR:
        others = {name: each for name, each in seconds.items() if name.startswith(f"{run} by ")}
        ours = others.pop(f"{run} by threads", None)
        if ours and others:
            best = min(others, key=lambda name: others[name])
            times, least = others[best] / ours, TIMES_OF_THREADS
            text = f"{run} by threads against {best.removeprefix(f'{run} ')}"
            yield Claim(text, f"at least {least} times", f"{times:.2f} times", times >= least)


def _seconds(seconds: dict[str, float]) -> Iterator[Claim]:
    for name, most in SECONDS.items():
        if name in seconds:
            yield Claim(f"`{name}`", f"under {most} s", f"{seconds[name]:.1f} s", seconds[name] < most)
    adjoining, scattered = seconds.get("60 adjoining days again"), seconds.get("60 scattered days again")
    if adjoining and scattered:
        times, most = scattered / adjoining, TIMES_OF_ADJOINING
        text = "60 scattered days against 60 adjoining"
        yield Claim(text, f"at most {most} times", f"{times:.2f} times", times <= most)


def _ours(results: Sequence[Result], group: str) -> Result | None:
    return next((one for one in results if (one.group, one.role) == (group, "ours")), None)
