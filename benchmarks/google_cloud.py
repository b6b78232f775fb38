"""The cost of a run on Google Cloud: `python -m benchmarks.google_cloud` writes docs/google_cloud_costs.md.

Jobs are counted on the tests' emulators, for one day and for three days in one run; their number does not depend on the
days. The bytes billed are an upper estimate, not a measurement: for each query all columns of the tables that it names,
at least 10 MiB each (https://cloud.google.com/bigquery/pricing), or only the run's days if the query filters by day.
The tables are those of 365 days at scale 1 in a local warehouse, with BigQuery's sizes of types.
"""

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline_tests.support.emulators import bigquery_emulator, storage_emulator
from ecommerce_pipeline_tests.support.faults import Proxy, faulty
from ecommerce_pipeline_tests.support.googlesql import jobs
from ecommerce_pipeline_tests.support.platform import Platform

REPORT = PROJECT_ROOT / "docs" / "google_cloud_costs.md"
LAST = "2026-03-08"
HISTORY_DAYS = 365
PROJECT = "shop-emulated"
"""At least six characters: the emulator denies access to projects of shorter names, which Google does not allow."""

MIB = 2**20
LEAST_BYTES = 10 * MIB
WIDTHS = {"BIGINT": "8", "INTEGER": "8", "DATE": "8", "DOUBLE": "8", "BOOLEAN": "1", "VARCHAR": '2 + strlen("{}")'}
"""Bytes of a value (https://cloud.google.com/bigquery/pricing#data) as SQL, by DuckDB type; other types are below."""
TIME_WIDTH, DECIMAL_WIDTH = "8", "16"

STEPS = {
    "load": "load jobs, free of charge",
    "replace": "replacing the days of staging tables, with checks",
    "model": "dbt models, including dbt's queries of their columns",
    "test": "dbt tests",
    "other": "reconciliation, volume, quarantine and schema",
}
TABLE = re.compile(r"\b\w+_(staging|core|datamart)`?\.`?(\w+)")
WRITTEN = re.compile(r"^\s*(?:/\*.*\*/\s*)?(?:create or replace table|merge into) \S+", re.IGNORECASE | re.DOTALL)
BY_DAY = re.compile(r"'\d{4}-\d\d-\d\d\b")

Sizes = Mapping[str, int]
"""Bytes of tables, by `layer.name`."""


@dataclass(frozen=True)
class Job:
    """One job: its step of the run, the tables that it reads, and whether it reads only the run's days of them."""

    step: str
    tables: frozenset[str]
    by_day: bool

    def billed(self, sizes: Sizes, share: float) -> int:
        """Return the most bytes billed, given the share of the run's days in all days."""
        if self.step == "load":
            return 0
        return sum(
            max(LEAST_BYTES, int(sizes[table] * (share if self.by_day else 1)))
            for table in self.tables
            if table in sizes
        )


def main() -> None:
    """Count jobs, estimate bytes, and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=REPORT, help="path of the report")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder, cloud(Path(folder)) as (platform, proxy):
        # The first run creates the tables.
        _, day, days = (jobs_of(platform, proxy, first) for first in (LAST, LAST, "2026-03-06"))
    if count(day) != count(days):
        sys.exit(f"the number of jobs depends on the days: {count(day)} for one, {count(days)} for three")
    print(f"building {HISTORY_DAYS} days at scale 1, to measure table sizes", flush=True)  # noqa: T201
    sizes, lake = sizes_of(HISTORY_DAYS)
    output.write_text(report(day, sizes, lake))
    print(f"wrote {output}")  # noqa: T201


@contextlib.contextmanager
def cloud(folder: Path) -> Iterator[tuple[Platform, Proxy]]:
    """Yield a platform on the emulators, and the proxy for its requests to BigQuery."""
    with (
        storage_emulator(folder / "storage") as objects,
        bigquery_emulator(folder / "bigquery", objects.root) as tables,
        faulty(tables.endpoint) as proxy,
    ):
        os.environ |= {"STORAGE_EMULATOR_HOST": objects.endpoint, "BIGQUERY_EMULATOR_HOST": proxy.endpoint}
        storage.Client(project=PROJECT, credentials=AnonymousCredentials()).create_bucket("lake", location="US")
        platform = Platform(folder / "there", {"TARGET": "gcp", "GCP_PROJECT": PROJECT, "GCS_BUCKET": "lake"})
        try:
            yield platform, proxy
        finally:
            platform.close()


def jobs_of(platform: Platform, proxy: Proxy, first: str) -> list[Job]:
    """Run the days from the first to the last; return the run's jobs."""
    print(f"running {first} to {LAST} on the emulators", flush=True)  # noqa: T201
    before = len(proxy.requests)
    platform.run(first, LAST)
    return [job_of(asked["configuration"]) for asked in jobs(proxy.requests[before:])]


def job_of(asked: Mapping[str, Mapping[str, str]]) -> Job:
    """Return the job of a configuration in BigQuery's REST API."""
    asset = asked.get("labels", {}).get("asset", "")
    sql = WRITTEN.sub("", asked.get("query", {}).get("query", ""))
    if "load" in asked:
        step = "load"
    elif asset.startswith("staging_"):
        step = "replace"
    elif asset.startswith(("core_", "datamart_")):
        step = "model"
    else:
        step = "test" if asset and asset != "dbt" else "other"
    return Job(step, frozenset(".".join(found) for found in TABLE.findall(sql)), bool(BY_DAY.search(sql)))


def count(found: list[Job]) -> Counter[str]:
    """Return the number of jobs by step."""
    return Counter(job.step for job in found)


def sizes_of(days: int) -> tuple[dict[str, int], int]:
    """Build days at scale 1 on the local target; return the bytes of BigQuery's tables and of the lake."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder, "DAGSTER_HOME": f"{folder}/dagster", "RUN_DAYS": f"{days}"}
        program = str(Path(sys.executable).with_name("ecommerce-pipeline"))
        subprocess.run([program, "run"], env=environment, check=True)
        subprocess.run([program, "stop"], env=environment, check=True)
        settings = Settings.from_environment(environment)
        with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
            sizes = {f"{layer}.{table}": size(connection, layer, table) for layer, table in tables_of(connection)}
        return sizes, sum(path.stat().st_size for path in settings.lake_dir.rglob("*.parquet"))


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return the layer and the name of every table."""
    return connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal").fetchall()


def size(connection: duckdb.DuckDBPyConnection, layer: str, table: str) -> int:
    """Return the bytes of a table, as BigQuery counts them."""
    columns = connection.execute(f'DESCRIBE "{layer}"."{table}"').fetchall()
    widths = " + ".join(f"coalesce({width(name, kind)}, 0)" for name, kind, *_ in columns)
    row = connection.execute(f'SELECT coalesce(sum({widths}), 0) FROM "{layer}"."{table}"').fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def width(column: str, kind: str) -> str:
    """Return the SQL for the bytes of a column's value."""
    if kind.startswith("TIMESTAMP"):
        return TIME_WIDTH
    return DECIMAL_WIDTH if kind.startswith("DECIMAL") else WIDTHS[kind].format(column)


def report(run: list[Job], sizes: Sizes, lake: int) -> str:
    """Return the report, as Markdown."""
    jobs_by_step = count(run)
    billed = {
        share: {step: sum(job.billed(sizes, share) for job in run if job.step == step) for step in STEPS}
        for share in (1 / HISTORY_DAYS, 1.0)
    }
    rows = [
        f"| {what} | {jobs_by_step[step]} | "
        + " | ".join(f"{by_step[step] / MIB:,.0f} MiB" for by_step in billed.values())
        + " |"
        for step, what in STEPS.items()
    ]
    totals = " | ".join(f"{sum(by_step.values()) / MIB:,.0f} MiB" for by_step in billed.values())
    layers = ", ".join(
        f"{layer} {sum(bytes_ for name, bytes_ in sizes.items() if name.startswith(layer)) / MIB:,.0f} MiB"
        for layer in ("staging", "core", "datamart")
    )
    return f"""# Jobs and bytes of a run on Google Cloud

Written by `python -m benchmarks.google_cloud`; its first lines describe how jobs are counted and bytes estimated.

A run of any number of days up to `BIGQUERY_DAYS_PER_JOB` starts {sum(jobs_by_step.values())} jobs. With {HISTORY_DAYS}
days of data at scale 1 in the warehouse ({layers}; {lake / MIB:,.0f} MiB in the lake), BigQuery bills at most

| step | jobs | bytes billed, one day | bytes billed, {HISTORY_DAYS} days in one run |
| --- | ---: | ---: | ---: |
{chr(10).join(rows)}
| total | {sum(jobs_by_step.values())} | {totals} |
"""


if __name__ == "__main__":
    main()
