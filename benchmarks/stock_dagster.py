"""A platform of Dagster's own parts: an asset per table, written by pandas, the dbt project, and a run a day.

SHOP names a JSON file with the shop's address and, by day and table, the queries; WAREHOUSE_DUCKDB_PATH the warehouse,
as in the dbt project's profile; DBT_TARGET_PATH the folder of the parsed project. It imports nothing of the platform.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    DailyPartitionsDefinition,
    Definitions,
    asset,
    define_asset_job,
)
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dagster_duckdb import DuckDBResource
from sqlalchemy import create_engine, text

SHOP = json.loads(Path(os.environ["SHOP"]).read_text())
PROJECT = DbtProject(
    Path(__file__).resolve().parent.parent / "ecommerce_dbt", target_path=os.environ["DBT_TARGET_PATH"]
)
DAILY = DailyPartitionsDefinition("2026-01-01")


def table_asset(table: str) -> AssetsDefinition:
    """Return the asset of a staging table: the rows of a day, or of a table without days all rows."""

    @asset(name=table, key_prefix="staging", partitions_def=DAILY)
    def rows(context: AssetExecutionContext, duckdb: DuckDBResource) -> None:
        day = context.partition_key
        with create_engine(SHOP["address"]).connect() as shop:
            frame = pd.read_sql(text(SHOP["queries"][day][table]), shop, dtype_backend="pyarrow")
        with duckdb.get_connection() as warehouse:
            warehouse.execute("BEGIN")
            of_day = f"WHERE business_date = '{day}'" if "business_date" in frame else ""
            warehouse.execute(f"DELETE FROM staging.{table} {of_day}")  # noqa: S608 - our own names
            warehouse.execute(f"INSERT INTO staging.{table} BY NAME FROM frame")
            warehouse.execute("COMMIT")
        context.add_output_metadata({"dagster/row_count": len(frame)})

    return rows


@dbt_assets(manifest=PROJECT.manifest_path, project=PROJECT, partitions_def=DAILY)
def models(context: AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """The dbt project, which reads the day from a variable of the environment."""
    os.environ["DAYS"] = context.partition_key
    yield from dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context).stream()


defs = Definitions(
    assets=[*map(table_asset, SHOP["tables"]), models],
    jobs=[define_asset_job("everything")],
    resources={
        "duckdb": DuckDBResource(database=os.environ["WAREHOUSE_DUCKDB_PATH"]),
        "dbt": DbtCliResource(project_dir=PROJECT),
    },
)
