"""Step 2, lake/<table>: what the source has, as Parquet objects, one per table and written day.

One query per table and run reads the whole window in the order of writing; the IO manager cuts the stream into days.
"""

import pyarrow as pa
from dagster import AssetExecutionContext, AssetKey, AssetsDefinition
from sqlalchemy import Table

from ecommerce_pipeline.assets import source
from ecommerce_pipeline.assets.common import LAKE_IO_MANAGER, presented, table_asset
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.settings import Settings

LAYER = "lake"


def lake_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table: its objects in the lake."""
    return [_objects(table, settings) for table in TABLES.values()]


def _objects(table: Table, settings: Settings) -> AssetsDefinition:
    place = "Parquet, one object per written day." if kind(table) == "event" else "Parquet, one object, replaced whole."

    @table_asset(
        presented(LAYER, table, settings, place, {"parquet", "gcs"} if settings.target == "gcp" else {"parquet"}),
        deps=[AssetKey([source.LAYER, table.name])],
        io_manager_key=LAKE_IO_MANAGER,
    )
    def objects(context: AssetExecutionContext, postgres: PostgresResource) -> pa.RecordBatchReader:
        keys = sorted(context.partition_keys) if kind(table) == "event" else []
        window = Window.of_keys(keys[0], keys[-1]) if keys else None
        drift = postgres.check_contract(table)
        for warning in drift.warnings:
            context.log.warning(f"schema drift in {table.schema}.{table.name}: {warning}")
        if drift.warnings:
            context.add_output_metadata({"schema drift": "\n".join(drift.warnings)})
        postgres.check_values(table, drift.doubts, window)
        return postgres.stream(table, window)

    return objects
