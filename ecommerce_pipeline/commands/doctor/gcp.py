"""What `doctor` checks on Google Cloud: each returns what is well, or raises the role or the command that helps."""

import os
from contextlib import suppress
from uuid import uuid4

from google.api_core.exceptions import NotFound
from google.api_core.retry import Retry
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import types

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.google.clients import bigquery_client, bigquery_read_client, credentials_kind
from ecommerce_pipeline.resources.google.errors import ACCOUNT, google_errors
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import bucket_store

SECONDS = 30
"""Longest wait for one answer, and for retries of one request."""
RETRY = bigquery.DEFAULT_RETRY.with_timeout(SECONDS)

EMULATORS = ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")
CONTAINING = {"US": "US-", "EU": "EUROPE-"}
"""Multi-regions of datasets, and how the names of the bucket regions within them begin."""


def project(settings: Settings) -> str:
    """Return the project and the location."""
    return f"{settings.gcp_project}, location {settings.gcp_location}"


def credentials(_: Settings) -> str:
    """Return the kind of the application default credentials.

    Raises:
        PlatformError: There are none, or Google does not accept them.
    """
    if all(os.environ.get(name) for name in EMULATORS):
        return f"none needed: {' and '.join(EMULATORS)} name emulators"
    with google_errors("no access to Google Cloud", missing="", forbidden=""):
        return credentials_kind()


def bucket(settings: Settings) -> str:
    """Write, read and delete an object in the bucket.

    Raises:
        PlatformError: The bucket is not there, or one of the three is forbidden.
    """
    store = _store(settings)
    path, content = f".doctor/{uuid4().hex}", b"written by doctor"
    with store.writing(path) as file:
        file.write(content)
    with store.reading(path) as file:
        found = file.read()
    store.delete(path)
    if found != content:
        raise PlatformError(f"{store.uri(path)} did not keep what was written: run doctor again")
    return f"{store.uri('')} can be written, read and deleted in"


def jobs(settings: Settings) -> str:
    """Let BigQuery check a query without running it, which needs the right to run jobs.

    Raises:
        PlatformError: The right is missing, or the project is not there.
    """
    name = settings.gcp_project
    role = "roles/bigquery.jobUser"
    with google_errors(
        f"BigQuery runs no jobs in {name}",
        missing=f"there is no project {name}: correct GCP_PROJECT",
        forbidden=f"grant {role}: {_on_project(name, role)}",
    ):
        config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False)
        _client(settings).query("SELECT 1", job_config=config, retry=RETRY, job_retry=None, timeout=SECONDS)
    return f"BigQuery runs jobs in {name}"


def datasets(settings: Settings) -> str:
    """Look at the warehouse's datasets.

    Raises:
        PlatformError: Some are not there, or must not be seen.
    """
    wrong = []
    for name in settings.bigquery_datasets.values():
        try:
            _dataset(settings, name)
        except PlatformError as error:
            wrong.append(str(error))
    if wrong:
        raise PlatformError("; ".join(wrong))
    return ", ".join(settings.bigquery_datasets.values())


def one_location(settings: Settings) -> str:
    """Compare where the bucket and the datasets are: BigQuery loads from buckets that are where the dataset is.

    Raises:
        PlatformError: They are not in the same place.
    """
    held = _store(settings).location()
    for name in settings.bigquery_datasets.values():
        place = _dataset(settings, name).location.upper()
        if place != settings.gcp_location.upper():
            raise PlatformError(
                f"the dataset {name} is in {place}, GCP_LOCATION says {settings.gcp_location}: set GCP_LOCATION={place}"
            )
        if held != place and not held.startswith(CONTAINING.get(place, held + "-")):
            raise PlatformError(
                f"the bucket {settings.gcs_bucket} is in {held}, the dataset {name} in {place}: BigQuery loads only "
                "within one location; create one of them anew, by deploy/terraform with one `location`"
            )
    return f"bucket in {held}, datasets in {settings.gcp_location.upper()}"


def storage_api(settings: Settings) -> str:
    """Ask the Storage API, by which results are read fast, for a table that is not there.

    Raises:
        PlatformError: It cannot be reached, or reading sessions are forbidden.
    """
    name = settings.gcp_project
    role = "roles/bigquery.readSessionUser"
    with google_errors(
        "BigQuery's Storage API cannot be used",
        missing="",
        forbidden=f"grant {role}: {_on_project(name, role)}",
    ):
        client = bigquery_read_client()
        if client is None:
            return "not asked: BIGQUERY_EMULATOR_HOST names an emulator"
        table = f"projects/{name}/datasets/{settings.bigquery_datasets['staging']}/tables/doctor_{uuid4().hex}"
        session = types.ReadSession(table=table, data_format=types.DataFormat.ARROW)
        # Not found is the answer of somebody who listens, and would have let us read.
        with client, suppress(NotFound):
            client.create_read_session(
                parent=f"projects/{name}", read_session=session, timeout=SECONDS, retry=Retry(timeout=SECONDS)
            )
    return "answers"


def _dataset(settings: Settings, name: str) -> bigquery.Dataset:
    where = f"{settings.gcp_project}.{name}"
    role = "roles/bigquery.dataEditor"
    with google_errors(
        f"the dataset {where} cannot be used",
        missing=f"it is not there: create it by deploy/terraform, or `bq --location={settings.gcp_location} mk "
        f"--dataset {settings.gcp_project}:{name}`",
        forbidden=f"""grant {role}: bq query --nouse_legacy_sql 'GRANT `{role}` ON SCHEMA `{where}` TO "{ACCOUNT}"'""",
    ):
        return _client(settings).get_dataset(name, retry=RETRY, timeout=SECONDS)


def _store(settings: Settings) -> GcsStore:
    return bucket_store(settings).model_copy(update={"timeout_seconds": SECONDS, "retry_seconds": SECONDS})


def _client(settings: Settings) -> bigquery.Client:
    return bigquery_client(settings.gcp_project, settings.gcp_location)


def _on_project(name: str | None, role: str) -> str:
    return f"`gcloud projects add-iam-policy-binding {name} --member={ACCOUNT} --role={role}`"
