"""Errors of Google Cloud: thing, value and remedy in one sentence.

The emulator checks no permissions, locations or quotas; a proxy returns the error bodies that Google documents
(https://cloud.google.com/bigquery/docs/error-messages).
"""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from google.cloud import bigquery
from sqlalchemy import Text

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline.resources.warehouse.evolve import contract_columns, follow
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline_tests.resources.conftest import Load, keys
from ecommerce_pipeline_tests.support.credentials import write_key
from ecommerce_pipeline_tests.support.faults import Fault, Proxy, status
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

DAY = "2026-03-01"
TABLES = r"/tables"
JOBS = r"/jobs\?"


def error_of(act: Callable[[], object]) -> str:
    with pytest.raises(PlatformError) as caught:
        act()
    message = str(caught.value)
    assert "\n" not in message
    assert "http://" not in message
    return message


def lines() -> pa.Table:
    return staged_lines(instants(DAY, 3))


@pytest.mark.parametrize(
    ("path", "code", "reason", "google_message", "remedy"),
    [
        (
            TABLES,
            404,
            "notFound",
            "Not found: Project shop-x",
            "the project shop-x does not exist: correct GCP_PROJECT",
        ),
        (
            JOBS,
            404,
            "notFound",
            "Not found: Dataset shop-x:shop_staging was not found in location US",
            "the dataset shop-x:shop_staging does not exist in US: set GCP_LOCATION to its location",
        ),
        (
            JOBS,
            400,
            "invalid",
            "Cannot read and write in different locations: source: EU, destination: US",
            "the bucket is in EU, the dataset in US: BigQuery loads only within one location",
        ),
        (
            TABLES,
            403,
            "accessDenied",
            "Access Denied: Table shop-x:shop_staging.transaction_items: Permission bigquery.tables.get denied on "
            "table shop-x:shop_staging.transaction_items (or it may not exist).",
            "grant roles/bigquery.dataEditor on the dataset: bq query --nouse_legacy_sql 'GRANT "
            "`roles/bigquery.dataEditor` ON SCHEMA `shop-x.shop_staging` TO",
        ),
        (
            JOBS,
            403,
            "accessDenied",
            "Access Denied: Project shop-x: User does not have bigquery.jobs.create permission in project shop-x.",
            "grant roles/bigquery.jobUser: `gcloud projects add-iam-policy-binding {project} ",
        ),
        (
            JOBS,
            403,
            "accessDenied",
            "Access Denied: File gs://shop-x/transaction_items: x@y does not have storage.objects.get access",
            "no permission to read the lake's objects: grant roles/storage.objectUser on the bucket",
        ),
        (
            JOBS,
            403,
            "quotaExceeded",
            "Quota exceeded: Your table exceeded quota for imports or query appends per table",
            "a quota of {project} is exhausted; run it again later, or request an increase: https://",
        ),
        (JOBS, 403, "billingNotEnabled", "Billing has not been enabled for this project.", "{project} has no billing"),
        (
            TABLES,
            403,
            "accessNotConfigured",
            "BigQuery API has not been used in project 1 before or it is disabled.",
            "the API is disabled: `gcloud services enable bigquery.googleapis.com bigquerystorage.googleapis.com "
            "--project={project}`",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else "",
)
def test_an_error_of_google_is_one_sentence_with_thing_and_remedy(
    bigquery_proxy: Proxy,
    project: str,
    load: Load,
    path: str,
    code: int,
    reason: str,
    google_message: str,
    remedy: str,
) -> None:
    bigquery_proxy.add(Fault(status(code, google_message, reason), path=path, times=10))
    message = error_of(lambda: load(lines(), [DAY]))
    assert remedy.format(project=project) in message
    assert message.endswith(f"({code} {google_message})")


def test_a_table_that_cannot_follow_is_named_with_each_difference_and_stays(
    warehouse: BigQueryWarehouse, load: Load, bigquery_client: bigquery.Client
) -> None:
    load(lines(), [DAY])
    table = bigquery_client.get_table("shop_staging.transaction_items")
    table.schema = [*table.schema, bigquery.SchemaField("colour", "STRING")]
    bigquery_client.update_table(table, ["schema"])
    defined = {**contract_columns(STAGING["transaction_items"]), "quantity": (Text(), False)}
    message = error_of(lambda: follow(warehouse, {("staging", "transaction_items"): defined}))
    assert (
        "staging.transaction_items: column quantity is numeric, and text is defined, column colour (text) is" in message
    )
    assert "`ecommerce-pipeline rebuild-warehouse` loads all staging tables from the lake again" in message
    assert bigquery_client.get_table("shop_staging.transaction_items").schema == table.schema


def test_an_object_of_other_types_is_rejected_and_the_day_stays(warehouse: BigQueryWarehouse, load: Load) -> None:
    load(lines(), [DAY])
    texts = lines().set_column(4, "quantity", pa.array(["many"] * 3))
    message = error_of(lambda: load(texts, [DAY]))
    assert "BigQuery job staging_transaction_items-2026-03-01_2026-03-01-load-run2-0" in message
    assert len(keys(warehouse, DAY)) == 3


@pytest.fixture
def real_credentials(bigquery_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make the clients read credentials from a file, as without an emulator."""
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    return lambda path: monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda _: None, "no such file"),
        (Path.mkdir, "Is a directory"),
        (lambda path: path.write_bytes(b"\x89PNG\xff"), "it is not a Google credentials file"),
        (lambda path: path.write_text('{"private_key": "s3cret"'), "it is not a Google credentials file"),
        (
            lambda path: path.write_text('{"type": "service_account", "private_key": "s3cret"}'),
            "it is not a Google credentials file",
        ),
    ],
    ids=["missing", "folder", "binary", "half", "without an e-mail"],
)
def test_a_key_file_that_cannot_be_used_is_named_and_never_shown(
    real_credentials: Callable[[Path], None],
    warehouse: BigQueryWarehouse,
    tmp_path: Path,
    make: Callable[[Path], object],
    why: str,
) -> None:
    key = tmp_path / "key.json"
    make(key)
    real_credentials(key)
    message = error_of(warehouse.row_counts)
    assert f"the credentials file {key}, set in GOOGLE_APPLICATION_CREDENTIALS, cannot be used ({why})" in message
    assert "run `gcloud auth application-default login`" in message
    assert "s3cret" not in message


def test_an_expired_key_is_named_by_its_file_and_never_shown(
    real_credentials: Callable[[Path], None], bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    bigquery_proxy.add(Fault(status(400, "invalid_grant: Invalid JWT Signature"), "POST", "/token"))
    key = tmp_path / "key.json"
    private = write_key(key, f"{bigquery_proxy.endpoint}/token")
    real_credentials(key)
    message = error_of(warehouse.row_counts)
    assert f"the Google credentials have expired or were revoked (from the file {key}" in message
    assert private.splitlines()[1] not in message
