"""The target's stores, and how dbt is configured for BigQuery."""

from dagster_gcp import GCSResource

from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets.base import MOST_STEPS_AT_ONCE, Target
from ecommerce_pipeline.targets.gcp.checks import GoogleCloudChecks


def build_target(settings: Settings) -> Target:
    """Return the target."""
    lake = _bucket(settings)
    checks = GoogleCloudChecks(settings.gcp_project or "", settings.gcp_location, settings.bigquery_datasets, lake)
    warehouse = BigQueryWarehouse(
        project=settings.gcp_project or "",
        location=settings.gcp_location,
        datasets=settings.bigquery_datasets,
        timeout_seconds=settings.bigquery_job_timeout_seconds,
        job_retries=settings.bigquery_job_retries,
        days_per_job=settings.bigquery_days_per_job,
        policy_tag=settings.bigquery_policy_tag,
    )
    return Target(
        lake_kinds=frozenset({"parquet", "gcs"}),
        warehouse_kinds=frozenset({"bigquery"}),
        # Steps mostly wait for Google Cloud, whatever the number of processors.
        steps_at_once=MOST_STEPS_AT_ONCE,
        lake=lake,
        dashboard=_bucket(settings, "dashboard"),
        warehouse=warehouse,
        dbt_environment=_dbt_environment(settings),
        checks=checks.by_name(),
        parallel_writes=True,
        set_aside=warehouse.set_aside,
    )


def _bucket(settings: Settings, folder: str = "") -> GcsStore:
    """Return the bucket below GCS_PREFIX, or a folder in it."""
    return GcsStore(
        gcs=GCSResource(project=settings.gcp_project),
        bucket=settings.gcs_bucket or "",
        prefix="/".join(filter(None, (settings.gcs_prefix, folder))),
    )


def _dbt_environment(settings: Settings) -> dict[str, str]:
    names = [name for name in Settings.model_fields if name.startswith(("gcp_", "bigquery_"))]
    return {name.upper(): str(getattr(settings, name) or 0) for name in names}
