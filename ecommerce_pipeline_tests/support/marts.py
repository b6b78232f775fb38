"""Marts without the pipeline: the shop's rows are written to staging tables, and dbt runs once."""

import os
import subprocess
from datetime import date
from pathlib import Path

import duckdb

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.project import DBT_DIR, days_environment
from ecommerce_pipeline.resources.dbt.resource import dbt_executable
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.tables import DIMENSIONS, EVENTS, STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import ShopSettings, generate, snapshot
from ecommerce_pipeline.targets import dbt_workspace


def build_marts(settings: Settings, window: Window | None) -> None:
    """Build the warehouse of the settings from the rows written in a window, or from none."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    warehouse = with_staging(settings.warehouse_path)
    if window:
        stage(warehouse, shop_settings(settings), window, dimensions_of=window.last)
    built = window or Days.of_day(settings.end_date)
    workspace = dbt_workspace(settings)
    workspace.project()  # parsed where runs of the graph look for it
    artifacts = workspace.run_dir("marts")
    folders = ["--project-dir", DBT_DIR, "--profiles-dir", DBT_DIR, "--target-path", artifacts, "--log-path", artifacts]
    subprocess.run(
        [dbt_executable(), "--quiet", "run", *workspace.arguments, *map(str, folders)],
        env=os.environ | workspace.environment | days_environment(built),
        check=True,
    )


def with_staging(path: Path) -> Path:
    """Make a warehouse whose staging tables are empty."""
    with duckdb.connect(os.fspath(path)) as connection:
        connection.execute("CREATE SCHEMA staging")
        for table in STAGING.values():
            connection.execute(create_table(table, "staging"))
    return path


def stage(warehouse: Path, shop: ShopSettings, days: Window, *, dimensions_of: date | None = None) -> None:
    """Load the rows written on the days, replacing those that are there, and the dimensions as of a day, if any."""
    with duckdb.connect(os.fspath(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in DIMENSIONS if dimensions_of else ():
            connection.register("rows", snapshot(shop, name, dimensions_of or days.last))
            connection.execute(f"INSERT INTO staging.{name} FROM rows")
        for name in EVENTS:
            within = "CAST(recorded_at AS DATE) >= ? AND CAST(recorded_at AS DATE) < ?"
            connection.execute(f"DELETE FROM staging.{name} WHERE {within}", [days.start, days.end])
            for day in days.days():
                connection.register("rows", generate(shop, name, day))
                connection.execute(f"INSERT INTO staging.{name} FROM rows")
