"""The one place that knows the targets: which resources and IO managers stand behind the graph's keys."""

import os
from typing import TYPE_CHECKING, Any, Final

from ecommerce_pipeline.assets.common import DASHBOARD_STORE, LAKE_IO_MANAGER, WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.io_managers.warehouse import WarehouseIOManager
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.postgres.address import TLS
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.resources.warehouse.duckdb import DuckDBWarehouse
from ecommerce_pipeline.settings import Settings

if TYPE_CHECKING:
    from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
    from ecommerce_pipeline.resources.object_store.gcs import GcsStore


MOST_STEPS_AT_ONCE: Final = 4
"""What each holds in memory adds up, and the shop's server has other work to do."""


def target_resources(settings: Settings) -> dict[str, Any]:
    """Return the resources of the target, by the keys under which assets ask for them."""
    # Importing dbt takes a second, which commands that need no dbt do not wait for.
    from ecommerce_pipeline.resources.dbt.project import DBT_DIR
    from ecommerce_pipeline.resources.dbt.resource import DbtResource, dbt_executable

    return {
        "postgres": postgres(settings),
        "warehouse": warehouse(settings),
        "lake": lake_store(settings),
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


def steps_at_once(settings: Settings) -> int:
    """Return how many independent steps run side by side: one a processor; for Google Cloud they mostly wait."""
    return MOST_STEPS_AT_ONCE if settings.target == "gcp" else min(MOST_STEPS_AT_ONCE, os.cpu_count() or 1)


def dbt_workspace(settings: Settings) -> "DbtWorkspace":
    """Return the dbt project for the target's warehouse."""
    from ecommerce_pipeline.resources.dbt.project import DbtWorkspace

    google_cloud = [name for name in Settings.model_fields if name.startswith(("gcp_", "bigquery_"))]
    return DbtWorkspace(
        target=settings.target,
        variables={"lateness_days": settings.lateness_days},
        profile={name.upper(): str(getattr(settings, name) or 0) for name in google_cloud}
        if settings.target == "gcp"
        else {},
        warehouse_dir=settings.warehouse_path.parent,
        state_dir=settings.data_dir / "dbt",
        shared_parse_dir=settings.dbt_parsed_dir,
    )


def postgres(settings: Settings) -> PostgresResource:
    """Return the source database: the server named, or the embedded one."""
    return PostgresResource(
        embedded_dir=str(settings.postgres_dir),
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_db,
        user=settings.postgres_user,
        tls={name: str(value) for name in TLS if (value := getattr(settings, f"postgres_{name}")) is not None},
    )


def lake_store(settings: Settings) -> ObjectStore:
    """Return where the lake's objects are: a folder, or a bucket."""
    if settings.target == "gcp":
        return bucket_store(settings)
    return FolderStore(folder=str(settings.lake_dir))


def dashboard_store(settings: Settings) -> ObjectStore:
    """Return where the dashboard's page is: a folder beside the lake's, or one in the lake's bucket."""
    if settings.target == "gcp":
        return bucket_store(settings, "dashboard")
    return FolderStore(folder=str(settings.dashboard_dir))


def bucket_store(settings: Settings, folder: str = "") -> "GcsStore":
    """Return the bucket, from GCS_PREFIX on, or a folder in it."""
    # Importing Google's client takes a second, which the local target does not wait for.
    from dagster_gcp import GCSResource

    from ecommerce_pipeline.resources.object_store.gcs import GcsStore

    return GcsStore(
        gcs=GCSResource(project=settings.gcp_project),
        bucket=settings.gcs_bucket or "",
        prefix="/".join(filter(None, (settings.gcs_prefix, folder))),
    )


def warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse: a DuckDB file, or three datasets of BigQuery."""
    if settings.target == "gcp":
        from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse

        return BigQueryWarehouse(
            project=settings.gcp_project or "",
            location=settings.gcp_location,
            datasets=settings.bigquery_datasets,
            timeout_seconds=settings.bigquery_job_timeout_seconds,
            job_retries=settings.bigquery_job_retries,
            days_per_job=settings.bigquery_days_per_job,
        )
    return DuckDBWarehouse(path=str(settings.warehouse_path))
