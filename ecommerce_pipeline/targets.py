"""The one place that knows the targets: which resources and IO managers stand behind the graph's keys."""

from typing import Any

from ecommerce_pipeline.assets.common import DASHBOARD_STORE, LAKE_IO_MANAGER, WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.io_managers.warehouse import WarehouseIOManager
from ecommerce_pipeline.resources.duckdb import DuckDBWarehouse
from ecommerce_pipeline.resources.object_store import FolderStore
from ecommerce_pipeline.resources.postgres import PostgresResource
from ecommerce_pipeline.settings import Settings


def target_resources(settings: Settings) -> dict[str, Any]:
    """Return the resources of the target, by the keys under which assets ask for them."""
    # Importing dbt takes a second, which commands that need no dbt do not wait for.
    from ecommerce_pipeline.resources.dbt import DBT_DIR, DbtResource, dbt_executable

    return {
        "postgres": postgres(settings),
        "warehouse": warehouse(settings),
        LAKE_IO_MANAGER: LakeIOManager(store=lake_store(settings)),
        DASHBOARD_STORE: dashboard_store(settings),
        WAREHOUSE_IO_MANAGER: WarehouseIOManager(warehouse=warehouse(settings)),
        "dbt": DbtResource(
            project_dir=str(DBT_DIR),
            profiles_dir=str(DBT_DIR),
            dbt_executable=dbt_executable(),
            target=settings.target,
        ),
    }


def postgres(settings: Settings) -> PostgresResource:
    """Return the source database: the server named, or the embedded one."""
    return PostgresResource(
        embedded_dir=str(settings.postgres_dir),
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_db,
        user=settings.postgres_user,
        sslmode=settings.postgres_sslmode,
    )


def lake_store(settings: Settings) -> FolderStore:
    """Return where the lake's objects are."""
    return FolderStore(folder=str(settings.lake_dir))


def dashboard_store(settings: Settings) -> FolderStore:
    """Return where the dashboard's page is."""
    return FolderStore(folder=str(settings.dashboard_dir))


def warehouse(settings: Settings) -> DuckDBWarehouse:
    """Return the warehouse."""
    return DuckDBWarehouse(path=str(settings.warehouse_path))
