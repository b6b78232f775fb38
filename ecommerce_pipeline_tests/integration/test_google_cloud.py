"""The same graph on Google Cloud: emulators of Cloud Storage and BigQuery, Google's real clients, real dbt-bigquery.

All SQL that a run sends to BigQuery is shown to Google's analyzer too, which refuses what the emulator lets pass.
"""

from collections.abc import Callable, Sequence

import pytest
from dagster import AssetKey
from google.cloud import storage

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.digest import row_digests
from ecommerce_pipeline.schema.dialects import BIGQUERY
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.targets import dbt_workspace, target_of
from ecommerce_pipeline_tests.support.faults import Proxy, Request
from ecommerce_pipeline_tests.support.googlesql import Analyzer, Catalog, jobs, sent
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")
SHOP = Catalog("shop", {("core", "orders"): {"id": "int64", "day": "date", "paid_at": "timestamp", "sum": "numeric"}})


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("select 1 from core.orders where day = paid_at", "No matching signature for operator = for argument types"),
        ("select coalesce(sum, 'none') from core.orders", "No matching signature for function COALESCE"),
        ("select amount from `shop.core.orders`", "Unrecognized name: amount"),
        ("select id from `shop`.`core`.`order`", "Table not found"),
        ("select count(*) as o from core.orders as o group by o.day", "contains an aggregation function"),
        ("create table core.x (id date) as select id from core.orders", "type"),
        ("begin transaction; delete from core.orders where day > 1; commit transaction;", "No matching signature"),
    ],
)
def test_what_bigquery_refuses_is_refused(analyzer: Analyzer, query: str, fault: str) -> None:
    [said] = analyzer.refused([query], SHOP).values()
    assert fault in said


def test_the_emulators_end_with_the_rows_of_the_local_target_whatever_days_were_run(
    new_platform: Callable[..., Platform],
    storage_client: storage.Client,
    bigquery_proxy: Proxy,
    analyzer: Analyzer,
    project: str,
) -> None:
    """A day is run, and then a range that holds it, which is too long for one job."""
    bucket = f"{project}-lake"
    storage_client.create_bucket(bucket, location="US")
    cloud = {"TARGET": "gcp", "GCP_PROJECT": project, "GCS_BUCKET": bucket, "GCS_PREFIX": "lake"}
    there = new_platform("there", **cloud, BIGQUERY_DAYS_PER_JOB="1")
    there.run(DAYS[1])
    there.run(*DAYS)
    here = new_platform("here")
    here.run(*DAYS)
    assert there.rows() == here.rows()
    assert_labelled(bigquery_proxy.requests, there)
    assert analyzer.refused([*sent(bigquery_proxy.requests), *asked_of_a_difference()], catalog(there)) == {}
    for platform in (here, there):
        platform.run(*DAYS, job="dashboard")
    assert page_of(there) == page_of(here)
    [report] = materializations(there, "report")
    assert report["link"] == f"https://storage.cloud.google.com/{bucket}/lake/dashboard/report.html"
    assert report["dagster/uri"] == f"gs://{bucket}/lake/dashboard/report.html"
    assert report["net revenue"] == materializations(here, "report")[0]["net revenue"]
    [links] = materializations(there, "looker_studio")
    assert f"ds.projectId={project}&" in str(links["marts_sales_daily"])


def assert_labelled(requests: Sequence[Request], platform: Platform) -> None:
    """Hold the jobs of loads, models and their tests to the labels by which a bill is read."""
    labels = [asked["configuration"].get("labels", {}) for asked in jobs(requests)]
    labels = [each for each in labels if each]
    assert {"staging_transactions", "core_fact_transaction", "lines_add_up_to_their_order"} <= {
        each["asset"] for each in labels
    }
    assert {each["run_id"] for each in labels} == {run.run_id for run in platform.instance.get_runs()}
    parts = {each["partition"] for each in labels}
    assert {f"{day}_{day}" for day in DAYS} <= parts


def page_of(platform: Platform) -> bytes:
    with target_of(platform.settings).dashboard.reading(DASHBOARD_PAGE) as file:
        return file.read()


def materializations(platform: Platform, name: str) -> list[dict[str, object]]:
    """Return the metadata of every materialization of a dashboard asset."""
    records = platform.instance.fetch_materializations(AssetKey(["dashboard", name]), limit=10).records
    found = [record.asset_materialization for record in records]
    return [{key: entry.value for key, entry in one.metadata.items()} for one in found if one]


def catalog(platform: Platform) -> Catalog:
    """Return the tables that the platform promises to have in BigQuery."""
    settings = platform.settings
    assert settings.gcp_project
    manifest = dbt_workspace(settings).project().manifest_path
    return Catalog.of_platform(settings.gcp_project, settings.bigquery_datasets, manifest)


def asked_of_a_difference() -> list[str]:
    """Return the queries by which reconciliation finds rows that differ; a good run sends none."""
    window = Window.of_keys(*DAYS)
    return [
        row_digests(BIGQUERY, table, f"ecommerce_staging.{name}", window if kind(table) == "event" else None)
        for name, table in TABLES.items()
    ]
