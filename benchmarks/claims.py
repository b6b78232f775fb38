"""What is claimed of the platform, each against its target, computed from the results that are there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.results import Result

SMALL: Final = 100_000
DAYS: Final = (30, 365)


@dataclass(frozen=True)
class Claim:
    """A figure and what it is to be.

    Attributes:
        met: Whether it is.
    """

    text: str
    target: str
    measured: str
    met: bool


def claims(results: Sequence[Result]) -> list[Claim]:
    """Return the claims that the results can answer, at the largest size where there are several."""
    found = {(one.group, one.name, one.size): one for one in results}
    sizes = sorted({one.size for one in results if one.size}, reverse=True)
    said: list[Claim] = []
    said += _at_least(results, sizes, "generate", "Faker", 100, "generation")
    said += _at_least(results, sizes, "extract", "dlt", 5, "extraction to Parquet")
    said += _at_least(results, sizes, "stage", "dlt", 5, "load into DuckDB")
    said += _at_least(results, sizes, "tools", "dlt", 5, "PostgreSQL to DuckDB as whole tools")
    said += _of_limit(found, sizes, "extract", "COPY TO nowhere", 0.7, "extraction")
    said += _of_limit(found, sizes, "load", "COPY FROM a ready file", 0.8, "load into PostgreSQL")
    for group, name in (("extract", "extraction"), ("load", "load into PostgreSQL"), ("stage", "load into DuckDB")):
        said += _constant_memory(found, sizes, group, name)
    said += _graph({one.name: one.seconds for one in results if one.group == "graph"})
    return said


def _at_least(
    results: Sequence[Result], sizes: Sequence[int], group: str, peer: str, times: float, name: str
) -> Iterator[Claim]:
    for size in sizes:
        here = [one for one in results if (one.group, one.size) == (group, size)]
        ours = [one for one in here if one.role == "ours"]
        peers = [one for one in here if one.name.startswith(peer)]
        if ours and peers:
            best = max(peers, key=lambda one: one.rate)
            ratio = ours[0].rate / best.rate
            yield Claim(
                f"{name} against {best.name}, {size:,} rows",
                f"at least {times:g} times",
                f"{ratio:.1f} times",
                ratio >= times,
            )


def _of_limit(
    found: dict[tuple[str, str, int], Result], sizes: Sequence[int], group: str, limit: str, share: float, name: str
) -> Iterator[Claim]:
    for size in sizes:
        ours, best = found.get((group, "ours", size)), found.get((group, limit, size))
        if ours and best:
            ratio = ours.rate / best.rate
            yield Claim(
                f"{name} as a share of {limit}, {size:,} rows", f"at least {share:.0%}", f"{ratio:.0%}", ratio >= share
            )


def _constant_memory(
    found: dict[tuple[str, str, int], Result], sizes: Sequence[int], group: str, name: str
) -> Iterator[Claim]:
    small, large = (found.get((group, "ours", size)) for size in (SMALL, max(sizes, default=0)))
    if small and large and small is not large:
        more = large.peak_mb / small.peak_mb - 1
        yield Claim(
            f"memory of {name}, {large.size:,} rows against {small.size:,}", "at most +20%", f"{more:+.0%}", more <= 0.2
        )


def _graph(seconds: dict[str, float]) -> Iterator[Claim]:
    month, year = (seconds.get(f"{days} days in one run") for days in DAYS)
    if month and year:
        yield Claim("365 days in one run against 30", "under 4 times", f"{year / month:.1f} times", year < 4 * month)
    each = seconds.get("10 days, a run each")
    if each and year:
        ratio = each / 10 * 365 / year
        yield Claim(
            "365 days in one run against 365 runs (10 were run)", "at least 20 times", f"{ratio:.0f} times", ratio >= 20
        )
    early, late = seconds.get("a day after 9"), seconds.get("a day after 399")
    if early and late:
        more = late / early - 1
        yield Claim("day 400 against day 10", "at most +20%", f"{more:+.0%}", more <= 0.2)
