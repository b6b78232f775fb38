"""The target `local`: a folder as the lake and a DuckDB file as the warehouse."""

import os
from functools import partial

from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.warehouse.duckdb.file import exists, not_built
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets.base import MOST_STEPS_AT_ONCE, Target


def build_target(settings: Settings) -> Target:
    """Return the target."""
    warehouse = DuckDBWarehouse(path=str(settings.warehouse_path), place=str(settings.warehouse_place))
    return Target(
        lake_kinds=frozenset({"parquet"}),
        warehouse_kinds=frozenset({"duckdb"}),
        # Each step keeps a processor busy.
        steps_at_once=min(MOST_STEPS_AT_ONCE, os.cpu_count() or 1),
        lake=FolderStore(folder=str(settings.lake_dir)),
        dashboard=FolderStore(folder=str(settings.dashboard_dir)),
        warehouse=warehouse,
        dbt_environment={"DUCKDB_MEMORY_MB": str(settings.duckdb_memory_mb)},
        checks={"warehouse": partial(_warehouse, settings, warehouse)},
        warehouse_file=settings.warehouse_path,
        person_key=settings.person_key_file,
    )


def _warehouse(settings: Settings, warehouse: DuckDBWarehouse) -> str:
    """Return the warehouse's file and its number of tables.

    Raises:
        PlatformError: The file cannot be opened.
    """
    if not exists(settings.warehouse_path):
        return str(not_built(settings.warehouse_path))
    return f"{settings.warehouse_path}, {len(warehouse.row_counts())} tables"
