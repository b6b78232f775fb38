"""Step 3, staging/<table>: the lake's objects in the warehouse, row for row as the source delivered them.

The warehouse loads the objects itself and replaces the run's partitions in one transaction: see the IO manager.
"""

from dagster import AssetIn, AssetKey, AssetsDefinition, asset
from sqlalchemy import Table

from ecommerce_pipeline.assets import lake
from ecommerce_pipeline.assets.common import ONE_RUN, WAREHOUSE_POOL, asset_attributes
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.lake.objects import LakeObjects
from ecommerce_pipeline.schema.tables import TABLES, first_orders
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

LAYER = "staging"


def staging_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table: its staging table in the warehouse."""
    return [_staging_asset(table, settings) for table in (*TABLES.values(), first_orders)]


def _staging_asset(table: Table, settings: Settings) -> AssetsDefinition:
    storage = "As delivered, with duplicates and broken rows."

    @asset(
        **asset_attributes(
            LAYER, table, settings, storage, target_of(settings).warehouse_kinds, table_name=f"{LAYER}.{table.name}"
        ),
        ins={"objects": AssetIn(AssetKey([lake.LAYER, table.name]))},
        io_manager_key=WAREHOUSE_IO_MANAGER,
        pool=WAREHOUSE_POOL,
        backfill_policy=ONE_RUN,
    )
    def rows(objects: LakeObjects) -> LakeObjects:
        return objects

    return rows
