"""The same graph on Google Cloud: emulators of Cloud Storage and BigQuery, Google's real clients, real dbt-bigquery."""

from collections.abc import Callable

from dagster import AssetKey
from google.cloud import bigquery, storage

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.targets import dashboard_store
from ecommerce_pipeline_tests.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")


def test_the_emulators_end_with_the_rows_of_the_local_target_also_after_a_second_run(
    new_platform: Callable[..., Platform],
    storage_client: storage.Client,
    bigquery_client: bigquery.Client,
    project: str,
) -> None:
    storage_client.create_bucket(f"{project}-lake", location="US")
    here = new_platform("here")
    there = new_platform("there", TARGET="gcp", GCP_PROJECT=project, GCS_BUCKET=f"{project}-lake", GCS_PREFIX="lake")
    there.run(*DAYS)
    here.run(*DAYS)
    assert there.rows() == here.rows()
    for platform in (here, there):
        platform.run(*DAYS, job="dashboard")
    assert page_of(there) == page_of(here)
    bucket = f"{project}-lake"
    [report] = materializations(there, "report")
    assert report["link"] == f"https://storage.cloud.google.com/{bucket}/lake/dashboard/report.html"
    assert report["dagster/uri"] == f"gs://{bucket}/lake/dashboard/report.html"
    assert report["net revenue"] == materializations(here, "report")[0]["net revenue"]
    [links] = materializations(there, "looker_studio")
    assert f"ds.projectId={project}&" in str(links["marts_sales_daily"])
    there.run(DAYS[1])
    assert there.rows() == here.rows()


def page_of(platform: Platform) -> bytes:
    with dashboard_store(platform.settings).reading(DASHBOARD_PAGE) as file:
        return file.read()


def materializations(platform: Platform, name: str) -> list[dict[str, object]]:
    """Return the metadata of every materialization of a dashboard asset."""
    records = platform.instance.fetch_materializations(AssetKey(["dashboard", name]), limit=10).records
    found = [record.asset_materialization for record in records]
    return [{key: entry.value for key, entry in one.metadata.items()} for one in found if one]
