"""What no emulator can show, on a real project: `GCP_PROJECT=... GCS_BUCKET=... make google-cloud`.

The tests use Google's application default credentials, which must be allowed to create datasets. They work in datasets
and in a folder of the bucket that have a random name, and delete them at the end. The queries cost less than a cent.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from google.api_core.exceptions import BadRequest, Conflict
from google.cloud import bigquery

from ecommerce_pipeline.commands.doctor.command import checks_of
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline.targets import target_of
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")
NEEDED = ("GCP_PROJECT", "GCS_BUCKET")
CHECKS = ("project", "credentials", "bucket", "BigQuery jobs", "datasets", "one location", "Storage API")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Yield a platform on the project with two days, run first as one day and then as a range of both."""
    unset = [name for name in NEEDED if not os.environ.get(name)]
    if unset:
        pytest.exit(f"{', '.join(unset)}: set to a project and a bucket in it to run these tests", returncode=2)
    prefix = f"test_{uuid4().hex[:10]}"
    environment = {name: os.environ[name] for name in (*NEEDED, "GCP_LOCATION") if name in os.environ}
    platform = Platform(
        tmp_path_factory.mktemp("cloud"),
        environment | {"TARGET": "gcp", "GCS_PREFIX": prefix, "BIGQUERY_DATASET": prefix, "BIGQUERY_DAYS_PER_JOB": "1"},
    )
    try:
        platform.run(DAYS[1])
        platform.run(*DAYS)
        yield platform
    finally:
        for path in lake(platform).sizes():
            lake(platform).delete(path)
        for dataset in platform.settings.bigquery_datasets.values():
            client(platform).delete_dataset(dataset, delete_contents=True, not_found_ok=True)
        platform.close()


def client(platform: Platform) -> bigquery.Client:
    return bigquery.Client(project=platform.settings.gcp_project, location=platform.settings.gcp_location)


def lake(platform: Platform) -> GcsStore:
    store = target_of(platform.settings).lake
    assert isinstance(store, GcsStore)
    return store


def items(platform: Platform) -> str:
    return f"{platform.settings.bigquery_datasets['staging']}.transaction_items"


def test_every_table_equals_the_local_target(cloud: Platform, tmp_path: Path) -> None:
    local = Platform(tmp_path)
    try:
        local.run(*DAYS)
        assert cloud.rows() == local.rows()
    finally:
        local.close()


@pytest.mark.parametrize("check", CHECKS)
def test_the_permissions_suffice_and_everything_is_in_one_location(cloud: Platform, check: str) -> None:
    assert checks_of(cloud.settings)[check]()


def test_a_query_of_a_day_is_billed_for_its_partition_and_a_scan_of_all_days_is_rejected(cloud: Platform) -> None:
    def bytes_scanned(condition: str) -> int:
        sql = f"SELECT * FROM {items(cloud)} WHERE {condition}"
        return int(client(cloud).query(sql, bigquery.QueryJobConfig(dry_run=True)).total_bytes_processed)

    day = bytes_scanned(f"business_date = '{DAYS[0]}'")
    assert 0 < day < bytes_scanned("business_date IS NOT NULL")
    with pytest.raises(BadRequest, match="partition"):
        bytes_scanned("TRUE")


def test_the_storage_api_reads_only_the_requested_days_and_columns(cloud: Platform) -> None:
    columns = ["quantity", "transaction_item_id"]
    days = Days.of_keys(DAYS[0], DAYS[0])
    rows = target_of(cloud.settings).warehouse.read(STAGING["transaction_items"], "staging", days, columns)
    sql = f"SELECT COUNT(*) AS n FROM {items(cloud)} WHERE business_date = '{DAYS[0]}'"
    assert rows.column_names == columns
    assert rows.num_rows == next(iter(client(cloud).query(sql).result())).n


def test_a_job_with_an_existing_id_is_not_run_again(cloud: Platform) -> None:
    job_id = f"test-{uuid4().hex}"
    client(cloud).query("SELECT 1", job_id=job_id).result()
    with pytest.raises(Conflict):
        client(cloud).query("SELECT 1", job_id=job_id, job_retry=None)


def test_a_reader_keeps_the_version_that_it_opened(cloud: Platform) -> None:
    """The bucket has object versioning, as the one that deploy/terraform creates."""
    store = lake(cloud)
    with store.writing("versions/part-0.parquet") as file:
        file.write(b"a" * 40_000_000)
    with store.reading("versions/part-0.parquet") as file:
        start = file.read(1)
        with store.writing("versions/part-0.parquet") as other:
            other.write(b"b" * 40_000_000)
        file.seek(-1, os.SEEK_END)
        assert (start, file.read(1)) == (b"a", b"a")
