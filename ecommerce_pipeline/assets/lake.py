"""Step 2, lake/<table>: the source's rows as Parquet objects, one per table and business day.

One query per table and run reads all its days in order; the IO manager splits the stream by day.
"""

import pyarrow as pa
from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, ResourceParam, asset
from sqlalchemy import Table

from ecommerce_pipeline.assets import source
from ecommerce_pipeline.assets.common import ONE_RUN, asset_attributes, days_of_run
from ecommerce_pipeline.assets.stamps import stamp_lake
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.lake import LAKE_IO_MANAGER
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import ORDERS, TABLES, is_part_of_order, kind
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

LAYER = "lake"


def lake_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table: its objects in the lake."""
    return [_lake_asset(table, settings) for table in TABLES.values()]


def _lake_asset(table: Table, settings: Settings) -> AssetsDefinition:
    daily, parts = kind(table) == "event", is_part_of_order(table)
    storage = "Parquet, one object per business day." if daily else "Parquet, one object, replaced whole."

    @asset(
        **asset_attributes(LAYER, table, settings, storage, target_of(settings).lake_kinds),
        # The order's row says of which day its parts are.
        deps=[AssetKey([source.LAYER, name]) for name in dict.fromkeys([table.name, *([ORDERS] if parts else [])])],
        io_manager_key=LAKE_IO_MANAGER,
        backfill_policy=ONE_RUN,
    )
    @retried
    def objects(
        context: AssetExecutionContext, postgres: PostgresResource, lake: ResourceParam[ObjectStore]
    ) -> pa.RecordBatchReader:
        stamp_lake(settings, lake)
        days = days_of_run(context)
        drift, rows = postgres.extract(table, days if daily else None)
        for warning in drift.warnings:
            context.log.warning(f"schema drift in {table.schema}.{table.name}: {warning}")
        if drift.warnings:
            context.add_output_metadata({"schema drift": "\n".join(drift.warnings)})
        if drift.notes:  # a shop need not have it
            context.add_output_metadata({"not in the source": "\n".join(drift.notes)})
        return rows

    return objects
