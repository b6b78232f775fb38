"""Measures the dashboard: `python -m benchmarks.dashboard [scale] [days]` prints a row for docs/dashboard.md.

The shop's rows go straight into a warehouse's staging tables, dbt builds the marts once, and then the page is made of
them and opened in Chromium.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import duckdb

from ecommerce_pipeline.assets.source import shop_settings
from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.page import render
from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.resources.dbt import DBT_DIR, dbt_executable
from ecommerce_pipeline.resources.duckdb import DuckDBWarehouse
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import generate, snapshot
from ecommerce_pipeline_tests.browser import address_of, launched, opened


def stage(path: Path, settings: Settings, window: Window) -> None:
    """Fill the staging tables with the rows written in the window."""
    shop = shop_settings(settings)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE SCHEMA staging")
        for table in TABLES.values():
            connection.execute(create_table(table, "staging"))
        for name in DIMENSIONS:
            connection.register("rows", snapshot(shop, name, window.last))
            connection.execute(f"INSERT INTO staging.{name} FROM rows")
        for day in window.days():
            for name in EVENTS:
                connection.register("rows", generate(shop, name, day))
                connection.execute(f"INSERT INTO staging.{name} FROM rows")


def build(path: Path, window: Window, artifacts: Path) -> None:
    """Let dbt build the models."""
    told = {
        "WAREHOUSE_DUCKDB_PATH": str(path),
        "WINDOW_START": window.start.isoformat(),
        "WINDOW_END": window.end.isoformat(),
    }
    folders = ["--project-dir", DBT_DIR, "--profiles-dir", DBT_DIR, "--target-path", artifacts, "--log-path", artifacts]
    subprocess.run([dbt_executable(), "--quiet", "run", *map(str, folders)], env=os.environ | told, check=True)


def measure(path: Path, page: Path, title: str) -> str:
    """Make the page of a warehouse and open it; return what was measured, as cells of a table."""
    began = time.monotonic()
    datasets = read_datasets(DuckDBWarehouse(path=str(path)))
    read = time.monotonic()
    page.write_bytes(render(title, datasets))
    rendered = time.monotonic()
    with launched() as browser:
        asked = time.monotonic()
        with opened(browser, address_of(page)) as visit:
            shown = time.monotonic()
            visit.choose("all")
            chosen = time.monotonic()
            assert not visit.complaints, visit.complaints  # noqa: S101
    orders = sum(datasets.tables["sales"]["orders_paid"].to_pylist())
    seconds = (read - began, rendered - read, shown - asked, chosen - shown)
    return f"{orders:,} | {page.stat().st_size / 1e6:.2f} | {' | '.join(f'{spent:.1f}' for spent in seconds)}"


def main(scale: int, days: int) -> None:
    """Build a warehouse, measure and print."""
    settings = Settings.from_environment({"SCALE": str(scale)})
    window = Window(settings.end_date - timedelta(days=days - 1), settings.end_date + ONE_DAY)
    with tempfile.TemporaryDirectory() as kept:
        path = Path(kept) / "warehouse.duckdb"
        stage(path, settings, window)
        build(path, window, Path(kept) / "dbt")
        measured = measure(path, Path(kept) / "report.html", settings.dashboard_title)
    print(f"| {scale} | {days} | {measured} |")  # noqa: T201


if __name__ == "__main__":
    asked_for = [int(argument) for argument in sys.argv[1:]]
    main(*asked_for) if asked_for else main(1, 30)
