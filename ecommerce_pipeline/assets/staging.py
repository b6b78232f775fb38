"""Step 3, staging/<table>: the lake's objects in the warehouse, row for row as the source delivered them.

The warehouse reads the objects itself; the run's partitions are replaced in one transaction.
"""

from dagster import AssetExecutionContext, AssetIn, AssetKey, AssetsDefinition
from sqlalchemy import Table

from ecommerce_pipeline.assets import lake
from ecommerce_pipeline.assets.common import WAREHOUSE_IO_MANAGER, WAREHOUSE_POOL, presented, table_asset
from ecommerce_pipeline.lake.objects import LakeObjects
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import Settings

LAYER = "staging"
WAREHOUSE_KINDS = {"local": "duckdb", "gcp": "bigquery"}


def staging_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return one asset per table: its staging table in the warehouse."""
    return [_loaded(table, settings) for table in TABLES.values()]


def _loaded(table: Table, settings: Settings) -> AssetsDefinition:
    @table_asset(
        presented(
            LAYER, table, settings, "As delivered, with duplicates and broken rows.", {WAREHOUSE_KINDS[settings.target]}
        ),
        ins={"objects": AssetIn(AssetKey([lake.LAYER, table.name]))},
        io_manager_key=WAREHOUSE_IO_MANAGER,
        pool=WAREHOUSE_POOL,
    )
    def loaded(_context: AssetExecutionContext, objects: LakeObjects) -> LakeObjects:
        return objects

    return loaded
