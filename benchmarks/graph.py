"""Where the time of a whole run goes: `python -m benchmarks.graph` writes docs/measurements.md.

Runs the command line in an empty data folder for 30 and for 365 days, as a user does, and splits each run by what
worked: the run's own step times from Dagster's event log, dbt's times from its run results, and, measured apart on the
same data, generation alone and reading from PostgreSQL into nowhere.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from dagster import DagsterEventType, DagsterInstance

from ecommerce_pipeline.assets.source import shop_settings
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, TABLES
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.synthetic import generate, snapshot
from ecommerce_pipeline.targets import postgres

REPORT = PROJECT_ROOT / "docs" / "measurements.md"


@dataclass(frozen=True)
class Measured:
    """One run of the command line.

    Attributes:
        days: Length of the window.
        rows: Rows in the source afterwards.
        total: Seconds of the whole process.
        shares: Seconds by what worked.
    """

    days: int
    rows: int
    total: float
    shares: dict[str, float]


def measure(days: int) -> Measured:
    """Run the graph for the last `days` days in an empty data folder."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder, "DAGSTER_HOME": f"{folder}/dagster", "RUN_DAYS": str(days)}
        settings = Settings.from_environment(environment)
        end = settings.end_date + timedelta(days=1)
        window = Window(end - timedelta(days=days), end)
        program = str(Path(sys.executable).with_name("ecommerce-pipeline"))
        # Starts PostgreSQL and parses the dbt project, so that the run meets a warm environment.
        subprocess.run([program, "doctor"], env=environment, check=False)
        started = time.monotonic()
        subprocess.run([program, "run"], env=environment, check=True)
        total = time.monotonic() - started
        try:
            return _split(settings, window, total, folder)
        finally:
            subprocess.run([program, "reset", "--yes"], env=environment, check=True)


def _split(settings: Settings, window: Window, total: float, folder: str) -> Measured:
    os.environ["DAGSTER_HOME"] = f"{folder}/dagster"
    layers, sql = _step_seconds(settings.data_dir)
    generated = _seconds_of_generation(settings, window)
    rows, read = _seconds_of_reading(settings, window)
    shares = {
        "synthetic shop": generated,
        "PostgreSQL (write, read)": max(layers["source"] - generated, 0) + read,
        "Parquet": max(layers["lake"] - read, 0),
        "DuckDB (staging, models, tests)": layers["staging"] + sql,
        "dbt": max(layers["dbt"] - sql, 0),
        "Dagster, Python start": total - sum(layers.values()),
    }
    return Measured(len(window), rows, total, shares)


def _step_seconds(data_dir: Path) -> tuple[dict[str, float], float]:
    """Return the seconds of each layer's steps, and those of dbt's SQL, from the only run in Dagster's home."""
    layers: dict[str, float] = defaultdict(float)
    with DagsterInstance.get() as instance:
        [run] = instance.get_runs()
        starts: dict[str, float] = {}
        for entry in instance.all_logs(run.run_id, {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS}):
            step = str(entry.step_key)
            if entry.dagster_event and entry.dagster_event.event_type == DagsterEventType.STEP_START:
                starts[step] = entry.timestamp
            else:
                layers[step.split("__", maxsplit=1)[0]] += entry.timestamp - starts[step]
    results = json.loads((data_dir / "dbt" / "runs" / run.run_id / "run_results.json").read_text())["results"]
    return layers, sum(result["execution_time"] for result in results)


def _seconds_of_generation(settings: Settings, window: Window) -> float:
    shop = shop_settings(settings)
    started = time.monotonic()
    for name in DIMENSIONS:
        snapshot(shop, name, window.last)
    for name in EVENTS:
        for day in window.days():
            generate(shop, name, day)
    return time.monotonic() - started


def _seconds_of_reading(settings: Settings, window: Window) -> tuple[int, float]:
    database = postgres(settings)
    started = time.monotonic()
    rows = 0
    for table in TABLES.values():
        for batch in database.stream(table, window if table.name in EVENTS else None):
            rows += batch.num_rows
    return rows, time.monotonic() - started


def report(measured: list[Measured]) -> str:
    """Return the report as Markdown."""
    parts = ", ".join(f"{name} {version(name)}" for name in ("dagster", "dbt-core", "duckdb", "pyarrow", "numpy"))
    lines = [
        "# Measurements",
        "",
        "Written by `python -m benchmarks.graph`: one `ecommerce-pipeline run` per row, from the start of the process",
        "to its end, without data, after `ecommerce-pipeline doctor` started PostgreSQL and parsed the dbt project.",
        "",
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()},",
        f"{parts}.",
        "",
        "| days in one run | source rows | seconds | rows per second | " + " | ".join(measured[0].shares) + " |",
        "| ---: | ---: | ---: | ---: | " + " | ".join("---:" for _ in measured[0].shares) + " |",
    ]
    for one in measured:
        shares = " | ".join(f"{seconds:.1f} s ({seconds / one.total:.0%})" for seconds in one.shares.values())
        lines.append(f"| {one.days} | {one.rows:,} | {one.total:.1f} | {one.rows / one.total:,.0f} | {shares} |")
    shortest, longest = measured[0], measured[-1]
    if longest.days > shortest.days:
        lines += [
            "",
            f"{longest.days} days in one run take {longest.total / shortest.total:.1f} times as long as "
            f"{shortest.days} days.",
        ]
    lines += [
        "",
        "How the shares are split: generation and reading from PostgreSQL into nowhere are measured apart on the",
        "same data and taken from the steps `source` and `lake`; what is left of these is writing to PostgreSQL and",
        "Parquet. DuckDB is the `staging` steps and the execution times in dbt's run results (two models at a time,",
        "so that their sum can exceed the clock's); dbt is the rest of its step; Dagster is what no step accounts for.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, nargs="+", default=[30, 365], help="lengths of the windows")
    days = parser.parse_args().days
    REPORT.write_text(report([measure(length) for length in days]))
    print(f"wrote {REPORT}")  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
