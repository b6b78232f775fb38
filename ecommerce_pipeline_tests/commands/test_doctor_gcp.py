"""What doctor says of Google Cloud: on the emulators, and with the answers that only Google itself gives."""

import json
from pathlib import Path

import pytest
from google.cloud import bigquery, storage

from ecommerce_pipeline.commands.doctor.command import checks_of, doctor_command
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.credentials import EMAIL, write_key
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator
from ecommerce_pipeline_tests.support.faults import Answer, Fault, Forward, Proxy, Request, reset, status

DATASETS = ["ecommerce_staging", "ecommerce_core", "ecommerce_datamart"]
CLOUD = ["project", "credentials", "bucket", "BigQuery jobs", "datasets", "one location", "Storage API"]


@pytest.fixture
def settings(project: str, bucket: storage.Bucket, bigquery_client: bigquery.Client, tmp_path: Path) -> Settings:
    """Give the settings of a project in which everything is made."""
    for name in DATASETS:
        bigquery_client.create_dataset(name)
    return Settings.from_environment(
        {"TARGET": "gcp", "GCP_PROJECT": project, "GCS_BUCKET": bucket.name, "DATA_DIR": str(tmp_path / "data")}
    )


def said(settings: Settings, check: str) -> str:
    return checks_of(settings)[check](settings)


def complaint(settings: Settings, check: str) -> str:
    with pytest.raises(PlatformError) as caught:
        said(settings, check)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_a_project_in_which_everything_is_made_is_well(
    settings: Settings, bucket: storage.Bucket, bigquery_server: BigQueryEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", bigquery_server.storage_api)
    assert {check: said(settings, check) for check in CLOUD} == {
        "project": f"{settings.gcp_project}, location US",
        "credentials": "none needed: STORAGE_EMULATOR_HOST and BIGQUERY_EMULATOR_HOST name emulators",
        "bucket": f"gs://{bucket.name}/ can be written, read and deleted in",
        "BigQuery jobs": f"BigQuery runs jobs in {settings.gcp_project}",
        "datasets": "ecommerce_staging, ecommerce_core, ecommerce_datamart",
        "one location": "bucket in US, datasets in US",
        "Storage API": "answers",
    }
    assert list(bucket.list_blobs()) == []


def test_each_check_of_the_cloud_is_a_line_and_one_that_fails_fails_the_command(
    settings: Settings, bucket: storage.Bucket, bigquery_client: bigquery.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The source database is one that is not there; its two lines and the cloud's last say so."""
    bigquery_client.delete_dataset("ecommerce_core")
    lonely = settings.model_copy(update={"postgres_host": "127.0.0.1", "postgres_port": 1})
    assert not doctor_command(lonely)
    lines = capsys.readouterr().out.splitlines()
    by_check = {line[6:20].strip(): line[:6].strip() for line in lines}
    assert {check: by_check[check] for check in [*CLOUD, "PostgreSQL"]} == {
        **dict.fromkeys(CLOUD, "ok"),
        "datasets": "wrong",
        "one location": "wrong",
        "PostgreSQL": "wrong",
    }
    assert "warehouse" not in by_check


def test_a_bucket_that_is_not_there_is_named_with_the_command_that_makes_it(settings: Settings) -> None:
    lost = settings.model_copy(update={"gcs_bucket": "no-such-lake"})
    assert "the bucket no-such-lake does not exist: correct GCS_BUCKET" in complaint(lost, "bucket")
    message = complaint(lost, "one location")
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
    message = complaint(settings, "bucket")
    assert message.startswith(f"gs://{settings.gcs_bucket}/.doctor/")
    assert f"cannot be {verb}: permission denied (403 {EMAIL} does not have access)" in message
    assert (
        f"grant roles/storage.objectUser on the bucket: `gcloud storage buckets add-iam-policy-binding "
        f"gs://{settings.gcs_bucket} --member=serviceAccount:EMAIL --role=roles/storage.objectUser`"
    ) in message


def test_a_bucket_whose_location_is_hidden_is_named_with_the_role(storage_proxy: Proxy, settings: Settings) -> None:
    storage_proxy.add(Fault(status(403, reason="forbidden"), "GET", r"/b/[^/]+\?"))
    assert "--role=roles/storage.legacyBucketReader" in complaint(settings, "one location")


def test_every_dataset_that_is_missing_is_named_with_the_command_that_makes_it(
    settings: Settings, bigquery_client: bigquery.Client
) -> None:
    bigquery_client.delete_dataset("ecommerce_core")
    bigquery_client.delete_dataset("ecommerce_datamart")
    missing = [
        f"the dataset {settings.gcp_project}.{name} cannot be used: it is not there: create it by deploy/terraform, or "
        f"`bq --location=US mk --dataset {settings.gcp_project}:{name}`"
        for name in DATASETS[1:]
    ]
    assert complaint(settings, "datasets") == "; ".join(missing)


def test_a_forbidden_dataset_is_named_with_the_role(bigquery_proxy: Proxy, settings: Settings) -> None:
    bigquery_proxy.add(Fault(status(403, "Access Denied", "accessDenied"), "GET", "/datasets/ecommerce_core"))
    message = complaint(settings, "datasets")
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
    assert remedy.format(settings.gcp_project) in complaint(settings, "BigQuery jobs")


def test_what_passes_is_no_complaint(bigquery_proxy: Proxy, storage_proxy: Proxy, settings: Settings) -> None:
    bigquery_proxy.add(Fault(reset), Fault(status(503), skip=1))
    storage_proxy.add(Fault(reset), Fault(status(503), skip=1))
    for check in ["bucket", "BigQuery jobs", "datasets", "one location"]:
        said(settings, check)
    assert bigquery_proxy.all_happened
    assert storage_proxy.all_happened


@pytest.mark.parametrize(
    ("held", "place", "well"),
    [("US", "US", True), ("US-EAST1", "US", True), ("EUROPE-WEST1", "EU", True), ("EUROPE-WEST1", "US", False)],
)
def test_bucket_and_datasets_must_be_where_a_load_can_be(
    storage_proxy: Proxy, bigquery_client: bigquery.Client, settings: Settings, held: str, place: str, well: bool
) -> None:
    """The emulator's buckets are all in US; the proxy says otherwise."""

    def elsewhere(request: Request, forward: Forward) -> Answer:
        code, headers, body = forward(request)
        return code, headers, json.dumps(json.loads(body) | {"location": held}).encode()

    storage_proxy.add(Fault(elsewhere, "GET", r"/b/[^/]+\?"))
    there = settings.model_copy(update={"gcp_location": place, "bigquery_dataset": f"in_{place.lower()}"})
    for name in there.bigquery_datasets.values():
        dataset = bigquery.Dataset(f"{settings.gcp_project}.{name}")
        dataset.location = place
        bigquery_client.create_dataset(dataset)
    if well:
        assert said(there, "one location") == f"bucket in {held}, datasets in {place}"
    else:
        assert f"is in {held}, the dataset in_us_staging in US" in complaint(there, "one location")


def test_datasets_elsewhere_than_the_setting_says_are_named(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"gcp_location": "EU"})
    assert complaint(elsewhere, "one location") == (
        "the dataset ecommerce_staging is in US, GCP_LOCATION says EU: set GCP_LOCATION=US"
    )


def test_a_storage_api_that_is_not_there_is_one_clear_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIGQUERY_STORAGE_EMULATOR_HOST", "127.0.0.1:1")
    monkeypatch.setattr("ecommerce_pipeline.commands.doctor.gcp.SECONDS", 2)
    assert complaint(settings, "Storage API").startswith("BigQuery's Storage API cannot be used")


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
    assert said(settings, "credentials") == (
        f"a key file of the service account {EMAIL}; impersonating it without a key is safer"
    )


def test_credentials_that_google_refuses_and_that_are_not_there_are_told_apart(
    storage_proxy: Proxy, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    assert complaint(settings, "credentials") == (
        f"no access to Google Cloud: the credentials file {tmp_path / 'nothing.json'}, set in "
        "GOOGLE_APPLICATION_CREDENTIALS, cannot be used (no such file): run `gcloud auth "
        "application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's key file"
    )
    storage_proxy.add(Fault(status(400, "invalid_grant"), "POST", "/token"))
    key = tmp_path / "key.json"
    write_key(key, f"{storage_proxy.endpoint}/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    assert f"have expired or were revoked (from the file {key}, set in" in complaint(settings, "credentials")
