"""What doctor reports of Google Cloud: on the emulators, and with answers that only Google itself gives."""

import json
from pathlib import Path

import pytest
from google.cloud import bigquery, storage

from ecommerce_pipeline.commands.doctor.command import checks_of, doctor_command
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.credentials import EMAIL, write_key
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator
from ecommerce_pipeline_tests.support.faults import Answer, Fault, Forward, Proxy, Request, reset, status

DATASETS = ["ecommerce_staging", "ecommerce_core", "ecommerce_datamart", "ecommerce_forecast"]
CLOUD = ["project", "credentials", "bucket", "BigQuery jobs", "datasets", "one location", "Storage API"]


@pytest.fixture
def settings(project: str, bucket: storage.Bucket, bigquery_client: bigquery.Client, tmp_path: Path) -> Settings:
    """Give the settings of a project in which everything exists."""
    for name in DATASETS:
        bigquery_client.create_dataset(name)
    return Settings.from_environment(
        {"TARGET": "gcp", "GCP_PROJECT": project, "GCS_BUCKET": bucket.name, "DATA_DIR": str(tmp_path / "data")}
    )


def result(settings: Settings, check: str) -> str:
    return checks_of(settings)[check]()


def error_of(settings: Settings, check: str) -> str:
    with pytest.raises(PlatformError) as caught:
        result(settings, check)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_a_complete_project_passes_every_check(
    settings: Settings, bucket: storage.Bucket, bigquery_server: BigQueryEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", bigquery_server.storage_api)
    assert {check: result(settings, check) for check in CLOUD} == {
        "project": f"{settings.gcp_project}, location US",
        "credentials": "none needed: STORAGE_EMULATOR_HOST and BIGQUERY_EMULATOR_HOST name emulators",
        "bucket": f"objects in gs://{bucket.name}/ can be written, read and deleted",
        "BigQuery jobs": f"BigQuery runs jobs in {settings.gcp_project}",
        "datasets": "ecommerce_staging, ecommerce_core, ecommerce_datamart, ecommerce_forecast",
        "one location": "bucket in US, datasets in US",
        "Storage API": "answers",
    }
    assert list(bucket.list_blobs()) == []


def test_each_check_is_a_line_and_one_that_fails_fails_the_command(
    settings: Settings, bucket: storage.Bucket, bigquery_client: bigquery.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The source database does not exist either, which its own line shows."""
    bigquery_client.delete_dataset("ecommerce_core")
    without_database = settings.model_copy(update={"postgres_host": "127.0.0.1", "postgres_port": 1})
    assert not doctor_command(without_database, Output())
    lines = capsys.readouterr().out.splitlines()
    by_check = {line[6:20].strip(): line[:6].strip() for line in lines}
    assert {check: by_check[check] for check in [*CLOUD, "PostgreSQL"]} == {
        **dict.fromkeys(CLOUD, "ok"),
        "datasets": "wrong",
        "one location": "wrong",
        "PostgreSQL": "wrong",
    }
    assert "warehouse" not in by_check


def test_a_missing_bucket_is_named_with_the_command_that_creates_it(settings: Settings) -> None:
    without_bucket = settings.model_copy(update={"gcs_bucket": "no-such-lake"})
    assert "the bucket no-such-lake does not exist: correct GCS_BUCKET" in error_of(without_bucket, "bucket")
    message = error_of(without_bucket, "one location")
    assert message.startswith(
        "the location of gs://no-such-lake cannot be read: the bucket no-such-lake does not exist"
    )
    assert f"`gcloud storage buckets create gs://no-such-lake --project={settings.gcp_project}`" in message


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [("POST", "uploadType", "written"), ("GET", "/o/", "read"), ("DELETE", "/o/", "deleted")],
)
def test_a_forbidden_bucket_is_named_with_the_verb_and_the_role(
    storage_proxy: Proxy, settings: Settings, method: str, path: str, verb: str
) -> None:
    storage_proxy.add(Fault(status(403, f"{EMAIL} does not have access", "forbidden"), method, path))
    message = error_of(settings, "bucket")
    assert message.startswith(f"gs://{settings.gcs_bucket}/.doctor/")
    assert f"cannot be {verb}: permission denied (403 {EMAIL} does not have access)" in message
    assert (
        f"grant roles/storage.objectUser on the bucket: `gcloud storage buckets add-iam-policy-binding "
        f"gs://{settings.gcs_bucket} --member=serviceAccount:EMAIL --role=roles/storage.objectUser`"
    ) in message


def test_a_bucket_whose_location_is_hidden_is_named_with_the_role(storage_proxy: Proxy, settings: Settings) -> None:
    storage_proxy.add(Fault(status(403, reason="forbidden"), "GET", r"/b/[^/]+\?"))
    assert "--role=roles/storage.legacyBucketReader" in error_of(settings, "one location")


def test_every_missing_dataset_is_named_with_the_command_that_creates_it(
    settings: Settings, bigquery_client: bigquery.Client
) -> None:
    bigquery_client.delete_dataset("ecommerce_core")
    bigquery_client.delete_dataset("ecommerce_datamart")
    missing = [
        f"the dataset {settings.gcp_project}.{name} cannot be used: it does not exist: create it with "
        f"deploy/terraform, or `bq --location=US mk --dataset {settings.gcp_project}:{name}`"
        for name in DATASETS[1:3]
    ]
    assert error_of(settings, "datasets") == "; ".join(missing)


def test_a_forbidden_dataset_is_named_with_the_role(bigquery_proxy: Proxy, settings: Settings) -> None:
    bigquery_proxy.add(Fault(status(403, "Access Denied", "accessDenied"), "GET", "/datasets/ecommerce_core"))
    message = error_of(settings, "datasets")
    assert "permission denied (403 Access Denied): grant roles/bigquery.dataEditor" in message
    assert f"ON SCHEMA `{settings.gcp_project}.ecommerce_core` TO" in message


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (
            403,
            "`gcloud projects add-iam-policy-binding {0} --member=serviceAccount:EMAIL --role=roles/bigquery.jobUser`",
        ),
        (404, "there is no project {0}: correct GCP_PROJECT"),
    ],
)
def test_a_project_without_jobs_is_named_with_the_remedy(
    bigquery_proxy: Proxy, settings: Settings, code: int, remedy: str
) -> None:
    bigquery_proxy.add(Fault(status(code, reason="accessDenied"), "POST", "/(jobs|queries)"))
    assert remedy.format(settings.gcp_project) in error_of(settings, "BigQuery jobs")


def test_failures_that_pass_are_retried(bigquery_proxy: Proxy, storage_proxy: Proxy, settings: Settings) -> None:
    bigquery_proxy.add(Fault(reset), Fault(status(503), skip=1))
    storage_proxy.add(Fault(reset), Fault(status(503), skip=1))
    for check in ["bucket", "BigQuery jobs", "datasets", "one location"]:
        result(settings, check)
    assert bigquery_proxy.all_happened
    assert storage_proxy.all_happened


@pytest.mark.parametrize(
    ("bucket_location", "location", "loadable"),
    [("US", "US", True), ("US-EAST1", "US", True), ("EUROPE-WEST1", "EU", True), ("EUROPE-WEST1", "US", False)],
)
def test_bucket_and_datasets_must_be_in_locations_that_allow_loads(
    storage_proxy: Proxy,
    bigquery_client: bigquery.Client,
    settings: Settings,
    bucket_location: str,
    location: str,
    loadable: bool,
) -> None:
    """The emulator's buckets are all in US; the proxy answers with another location."""

    def elsewhere(request: Request, forward: Forward) -> Answer:
        code, headers, body = forward(request)
        return code, headers, json.dumps(json.loads(body) | {"location": bucket_location}).encode()

    storage_proxy.add(Fault(elsewhere, "GET", r"/b/[^/]+\?"))
    located = settings.model_copy(update={"gcp_location": location, "bigquery_dataset": f"in_{location.lower()}"})
    for name in located.bigquery_datasets.values():
        dataset = bigquery.Dataset(f"{settings.gcp_project}.{name}")
        dataset.location = location
        bigquery_client.create_dataset(dataset)
    if loadable:
        assert result(located, "one location") == f"bucket in {bucket_location}, datasets in {location}"
    else:
        assert f"is in {bucket_location}, the dataset in_us_staging in US" in error_of(located, "one location")


def test_datasets_in_another_location_than_the_setting_are_named(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"gcp_location": "EU"})
    assert error_of(elsewhere, "one location") == (
        "the dataset ecommerce_staging is in US, GCP_LOCATION says EU: set GCP_LOCATION=US"
    )


def test_an_unreachable_storage_api_is_one_clear_error(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setattr("ecommerce_pipeline.targets.gcp.checks.SECONDS", 2)
    assert error_of(settings, "Storage API").startswith("BigQuery's Storage API cannot be used")


def token(request: Request, forward: Forward) -> Answer:
    """Answer as Google's token server does."""
    content = {"access_token": "s3cret", "expires_in": 3600, "token_type": "Bearer"}
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


def test_credentials_are_named_by_their_kind_and_never_shown(
    storage_proxy: Proxy, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_proxy.add(Fault(token, "POST", "/token"))
    key = tmp_path / "key.json"
    write_key(key, f"{storage_proxy.endpoint}/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    assert result(settings, "credentials") == (
        f"a key file of the service account {EMAIL}; impersonating it without a key is safer"
    )


def test_credentials_that_google_refuses_differ_from_missing_ones(
    storage_proxy: Proxy, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    assert error_of(settings, "credentials") == (
        f"no access to Google Cloud: the credentials file {tmp_path / 'nothing.json'}, set in "
        "GOOGLE_APPLICATION_CREDENTIALS, cannot be used (no such file): run `gcloud auth "
        "application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's key file"
    )
    storage_proxy.add(Fault(status(400, "invalid_grant"), "POST", "/token"))
    key = tmp_path / "key.json"
    write_key(key, f"{storage_proxy.endpoint}/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    assert f"have expired or were revoked (from the file {key}, set in" in error_of(settings, "credentials")
