"""Marts without the pipeline: the shop's rows are written to staging tables, and dbt runs once."""

import os
import subprocess
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.process import dbt_executable
from ecommerce_pipeline.resources.dbt.project import DBT_DIR, days_environment
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.dialects import within
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, DIMENSIONS, EVENTS, STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import ShopSettings, snapshot, state
from ecommerce_pipeline.targets import dbt_workspace
from ecommerce_pipeline_tests.support.staged import with_staging

MODELS_AND_SEEDS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def build_marts(settings: Settings, days: Days | None) -> None:
    """Build the warehouse of the settings from the rows that the days have at the end of the last, or from none."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    warehouse = with_staging(settings.warehouse_path)
    if days:
        stage(warehouse, shop_settings(settings), days, dimensions_of=days.last)
    built = days or Days.of_day(settings.end_date)
    workspace = dbt_workspace(settings)
    workspace.project()  # parsed where runs of the graph look for it
    artifacts = workspace.run_dir("marts")
    folders = ["--project-dir", DBT_DIR, "--profiles-dir", DBT_DIR, "--target-path", artifacts, "--log-path", artifacts]
    subprocess.run(
        [dbt_executable(), "--quiet", "build", *MODELS_AND_SEEDS, "--target", workspace.target, *map(str, folders)],
        env=os.environ | workspace.environment | days_environment(built),
        check=True,
    )


def stage(warehouse: Path, shop: ShopSettings, days: Days, *, dimensions_of: date | None = None) -> None:
    """Replace the days by their rows at the end of the last day of life, and the dimensions, if asked for."""
    with duckdb.connect(os.fspath(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in DIMENSIONS if dimensions_of else ():
            connection.register("rows", snapshot(shop, name, dimensions_of or days.last))
            connection.execute(f"INSERT INTO staging.{name} FROM rows")
        for name in EVENTS:
            connection.execute(f"DELETE FROM staging.{name} WHERE {within(days)}")
            for day in days:
                connection.register("rows", staged_rows(shop, name, day, days.last))
                connection.execute(f"INSERT INTO staging.{name} FROM rows")


def staged_rows(shop: ShopSettings, table: str, day: date, as_of: date) -> pa.Table:
    """Return the rows of a business day at the end of a day of life, as staging has them."""
    rows = state(shop, table, day, as_of)
    dated = rows.append_column(BUSINESS_DATE, pa.repeat(pa.scalar(day, pa.date32()), rows.num_rows))
    schema = arrow_schema(STAGING[table])  # which has the pseudonyms of guests, too
    return pa.concat_tables([schema.empty_table(), dated], promote_options="default").cast(schema)
