"""What no emulator shows, on a real project: `GCP_PROJECT=... GCS_BUCKET=... make google-cloud`.

It takes the credentials that Google's clients find, which may make datasets, and works in datasets and a folder of the
bucket that it names by chance and deletes at its end. Scanning its few megabytes costs less than a cent.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from google.api_core.exceptions import BadRequest, Conflict
from google.cloud import bigquery

from ecommerce_pipeline.commands.doctor.command import checks_of
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.schema.tables import transaction_items
from ecommerce_pipeline.targets import target_of
from ecommerce_pipeline_tests.support.platform import Platform

DAYS = ("2026-03-07", "2026-03-08")
NEEDED = ("GCP_PROJECT", "GCS_BUCKET")
CHECKS = ("project", "credentials", "bucket", "BigQuery jobs", "datasets", "one location", "Storage API")


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Give a platform on the project with two days in it, run as one day and then as a range of both."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    if missing:
        pytest.exit(f"{', '.join(missing)}: set to a project and a bucket in it to run these tests", returncode=2)
    mine = f"test_{uuid4().hex[:10]}"
    chosen = {name: os.environ[name] for name in (*NEEDED, "GCP_LOCATION") if name in os.environ}
    platform = Platform(
        tmp_path_factory.mktemp("there"),
        chosen | {"TARGET": "gcp", "GCS_PREFIX": mine, "BIGQUERY_DATASET": mine, "BIGQUERY_DAYS_PER_JOB": "1"},
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


def test_every_table_equals_the_local_target(there: Platform, tmp_path: Path) -> None:
    here = Platform(tmp_path)
    try:
        here.run(*DAYS)
        assert there.rows() == here.rows()
    finally:
        here.close()


@pytest.mark.parametrize("check", CHECKS)
def test_the_rights_are_enough_and_everything_is_in_one_location(there: Platform, check: str) -> None:
    assert checks_of(there.settings)[check]()


def test_a_day_is_billed_for_its_partition_and_a_scan_of_all_days_is_refused(there: Platform) -> None:
    def bytes_of(condition: str) -> int:
        sql = f"SELECT * FROM {items(there)} WHERE {condition}"
        return int(client(there).query(sql, bigquery.QueryJobConfig(dry_run=True)).total_bytes_processed)

    day = bytes_of(f"recorded_at >= '{DAYS[0]}' AND recorded_at < '{DAYS[1]}'")
    assert 0 < day < bytes_of("recorded_at IS NOT NULL")
    with pytest.raises(BadRequest, match="partition"):
        bytes_of("TRUE")


def test_the_storage_api_reads_the_days_and_columns_asked_for(there: Platform) -> None:
    columns = ["quantity", "transaction_item_id"]
    window = Window.of_keys(DAYS[0], DAYS[0])
    rows = target_of(there.settings).warehouse.read(transaction_items, "staging", window, columns)
    sql = f"SELECT COUNT(*) AS n FROM {items(there)} WHERE DATE(recorded_at) = '{DAYS[0]}'"
    assert rows.column_names == columns
    assert rows.num_rows == next(iter(client(there).query(sql).result())).n


def test_a_job_of_the_same_name_is_not_run_again(there: Platform) -> None:
    name = f"test-{uuid4().hex}"
    client(there).query("SELECT 1", job_id=name).result()
    with pytest.raises(Conflict):
        client(there).query("SELECT 1", job_id=name, job_retry=None)


def test_a_reader_keeps_the_version_that_it_opened(there: Platform) -> None:
    """The bucket keeps versions, as the one that deploy/terraform makes."""
    store = lake(there)
    with store.writing("versions/part-0.parquet") as file:
        file.write(b"a" * 40_000_000)
    with store.reading("versions/part-0.parquet") as file:
        start = file.read(1)
        with store.writing("versions/part-0.parquet") as other:
            other.write(b"b" * 40_000_000)
        file.seek(-1, os.SEEK_END)
        assert (start, file.read(1)) == (b"a", b"a")
