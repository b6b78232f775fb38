"""The same graph on Google Cloud: emulators of Cloud Storage and BigQuery, Google's real clients, real dbt-bigquery.

Google's GoogleSQL analyzer checks all SQL that a run sends to BigQuery: it rejects what the emulator accepts.
"""

import json
import random
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import pytest
from dagster import AssetKey, DagsterEventType
from google.cloud import storage

from ecommerce_pipeline.dashboard.datasets import read_datasets
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.metrics.compiler import Question
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import row_digests
from ecommerce_pipeline.schema.dialects import BIGQUERY
from ecommerce_pipeline.schema.personal import personal_columns
from ecommerce_pipeline.schema.tables import STAGING, TABLES, kind
from ecommerce_pipeline.targets import target_of
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator, StorageEmulator
from ecommerce_pipeline_tests.support.faults import Proxy, Request
from ecommerce_pipeline_tests.support.googlesql import Analyzer, Catalog, jobs, sent_queries
from ecommerce_pipeline_tests.support.lives import built_at_once, change_rows, comparable_rows, delete_a_tenth
from ecommerce_pipeline_tests.support.metrics import Measures, differing
from ecommerce_pipeline_tests.support.planted import GUEST, PLANTED, files_with, plant
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")
OF_VERSIONS = {"lines", "sales", "customers", "payments", "campaign_days", "returns"}
"""The page's datasets with costs, categories or countries, which depend on the versions that a warehouse has seen."""
SHOP = Catalog("shop", {("core", "orders"): {"id": "int64", "day": "date", "paid_at": "timestamp", "sum": "numeric"}})


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.mark.parametrize(
    ("query", "expected"),
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
def test_the_analyzer_rejects_what_bigquery_rejects(analyzer: Analyzer, query: str, expected: str) -> None:
    [error] = analyzer.errors([query], SHOP).values()
    assert expected in error


def test_the_emulators_have_the_rows_of_the_local_target_built_at_once_after_a_life_in_which_rows_change(
    new_platform: Callable[..., Platform],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    storage_client: storage.Client,
    storage_server: StorageEmulator,
    bigquery_server: BigQueryEmulator,
    bigquery_proxy: Proxy,
    analyzer: Analyzer,
    project: str,
) -> None:
    """The changed days include one that was run before."""
    bucket = f"{project}-lake"
    storage_client.create_bucket(bucket, location="US")
    environment = {"TARGET": "gcp", "GCP_PROJECT": project, "GCS_BUCKET": bucket, "GCS_PREFIX": "lake"}
    monkeypatch.setenv("PERSON_KEY_SECRET", "a-long-random-text-of-this-test")
    environment["BIGQUERY_POLICY_TAG"] = "projects/shop/locations/us/taxonomies/1/policyTags/2"
    cloud = new_platform("cloud", **environment)
    cloud.run(DAYS[1])
    cloud.run(DAYS[0], job="ingest")
    chance = random.Random(DAYS[0])
    change_rows(cloud, chance)
    delete_a_tenth(cloud, chance, ["customers"])
    customer = plant(cloud)
    assert cloud.run_changed(exact=True) == Days.of_keys(*DAYS)
    assert cloud.changes() == cloud.changes(exact=True) == []
    local = built_at_once(cloud, tmp_path / "local", monkeypatch)
    assert comparable_rows(cloud) == comparable_rows(local)
    assert_labeled(bigquery_proxy.requests, cloud)
    assert_tagged(bigquery_proxy.requests, cloud)
    queries = [*sent_queries(bigquery_proxy.requests), *reconciliation_queries()]
    assert analyzer.errors(queries, Catalog.of_platform(cloud.settings)) == {}
    check_metrics(bigquery_proxy, analyzer, cloud, local)
    for platform in (local, cloud):
        platform.run(*DAYS, job="dashboard")
    assert page_of(cloud)
    there, here = (read_datasets(target_of(platform.settings).warehouse, "USD").tables for platform in (cloud, local))
    assert there.keys() == here.keys()
    for name in here.keys() - OF_VERSIONS:
        assert there[name].to_pylist() == here[name].to_pylist(), name
    report = materializations(cloud, "report")[0]
    assert report["link"] == f"https://storage.cloud.google.com/{bucket}/lake/dashboard/report.html"
    assert report["dagster/uri"] == f"gs://{bucket}/lake/dashboard/report.html"
    assert report["net revenue"] == materializations(local, "report")[0]["net revenue"]
    links = materializations(cloud, "looker_studio")[0]
    assert f"ds.projectId={project}&" in str(links["marts_sales_daily"])
    check_forgotten(cloud, customer, [storage_server.root, bigquery_server.home])


def check_forgotten(platform: Platform, customer: str, folders: Sequence[Path]) -> None:
    """Check that planted persons are in no table and no byte of the emulators' folders, also after another run."""

    def holds() -> list[str]:
        platform.close_instance()
        tables = [name for name, rows in platform.rows().items() if PLANTED in repr(rows).lower()]
        return tables + [file for folder in (*folders, platform.folder) for file, _ in files_with(folder, PLANTED)]

    assert {"staging.customers", "staging.reviews", "core.stg_transactions"} <= {*holds()}
    for person in (customer, GUEST):
        removed = platform.command("forget", person, "--yes")
        assert removed.returncode == 0, removed.stderr
        assert "BigQuery can restore what was overwritten for 14 days" in removed.stdout
    assert holds() == []
    for job in ("extract", "load"):
        platform.run(*DAYS, job=job)
    assert most_at_once(platform) > 1
    assert holds() == []
    assert platform.command("verify", "--forgotten").returncode == 0


def most_at_once(platform: Platform) -> int:
    """Return how many tables the newest run, one of loads, has loaded at the same time at most."""
    [run] = platform.instance.get_runs(limit=1)
    assert run.job_name == "load"
    logs = platform.instance.all_logs(run.run_id, {DagsterEventType.STEP_START, DagsterEventType.STEP_SUCCESS})
    loads = [entry for entry in logs if str(entry.step_key).startswith("staging__")]
    return max(accumulate(1 if entry.get_dagster_event().is_step_start else -1 for entry in loads))


def assert_labeled(requests: Sequence[Request], platform: Platform) -> None:
    """Check that jobs of loads, models and their tests have the labels that attribute costs."""
    labels = [job["configuration"].get("labels", {}) for job in jobs(requests)]
    labels = [each for each in labels if each]
    assert {"staging_transactions", "core_fact_transaction", "lines_add_up_to_their_order"} <= {
        each["asset"] for each in labels
    }
    assert {each["run_id"] for each in labels} == {
        run.run_id for run in platform.instance.get_runs() if run.job_name != "ingest"
    }
    partitions = {each["partition"] for each in labels}
    assert {f"{DAYS[1]}_{DAYS[1]}", f"{DAYS[0]}_{DAYS[1]}"} <= partitions


def assert_tagged(requests: Sequence[Request], platform: Platform) -> None:
    """Check that dbt sets the policy tag on the personal columns of its models, and on no others."""
    tagged: dict[str, set[str]] = {}
    for request in requests:
        if request.method == "PATCH" and "_core/tables/" in request.path:
            fields = json.loads(request.body)["schema"]["fields"]
            tags = {one["name"] for one in fields if (one.get("policyTags") or {}).get("names")}
            tagged[request.path.rpartition("/tables/")[2].partition("?")[0]] = tags
    models = ["stg_customers", "stg_reviews", "stg_transactions", "quarantine_reviews", "quarantine_transactions"]
    assert tagged == {
        name: {*personal_columns(TABLES[name.removeprefix("stg_").removeprefix("quarantine_")])} for name in models
    }
    assert platform.settings.bigquery_policy_tag


def check_metrics(proxy: Proxy, analyzer: Analyzer, cloud: Platform, local: Platform) -> None:
    """Check that every metric by day is the same in BigQuery, whose analyzer accepts the SQL, and in DuckDB."""
    sent = len(proxy.requests)
    there, here = Measures(cloud.settings), Measures(local.settings)
    metrics, simple = here.compiler.metrics, here.simple_by_table()
    derived = [name for name in metrics if not any(name in names for names in simple)]
    expected = {name: here.asked([name])[name] for name in metrics}
    found = {name: values for names in simple for name, values in there.asked(names).items()}
    assert {name: differing(values, expected[name]) for name, values in found.items()} == {name: {} for name in found}
    newest = Days.of_keys(DAYS[1], DAYS[1])
    found = there.asked_day_by_day(derived, newest)
    wanted = {name: {newest.last: expected[name].get(newest.last)} for name in derived}
    assert {name: differing(values, wanted[name]) for name, values in found.items()} == {name: {} for name in found}
    by_channel = [name for name in derived if "channel" in here.compiler.dimensions([name])]
    questions = [there.compiler.compile(Question([name], ["day", "channel"])) for name in by_channel]
    queries = [*questions, *sent_queries(proxy.requests[sent:])]
    assert analyzer.errors(queries, Catalog.of_platform(cloud.settings)) == {}


def page_of(platform: Platform) -> bytes:
    with target_of(platform.settings).dashboard.reading(DASHBOARD_PAGE) as file:
        return file.read()


def materializations(platform: Platform, name: str) -> list[dict[str, object]]:
    """Return the metadata of a dashboard asset's newest materializations, the newest first."""
    records = platform.instance.fetch_materializations(AssetKey(["dashboard", name]), limit=10).records
    found = [record.asset_materialization for record in records]
    return [{key: entry.value for key, entry in one.metadata.items()} for one in found if one]


def reconciliation_queries() -> list[str]:
    """Return the queries with which reconciliation finds differing rows; a run without differences sends none."""
    days = Days.of_keys(*DAYS)
    return [
        row_digests(BIGQUERY, table, f"ecommerce_staging.{name}", days if kind(table) == "event" else None)
        for name, table in STAGING.items()
        if name in TABLES
    ]
