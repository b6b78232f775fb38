"""What `doctor` checks on Google Cloud: each check returns what it found, or raises the role or command that helps."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from google.api_core.exceptions import NotFound
from google.api_core.retry import Retry
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import types

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.google.clients import bigquery_client, bigquery_read_client, credentials_kind
from ecommerce_pipeline.resources.google.errors import ACCOUNT, google_errors
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline.targets.base import Check

SECONDS = 30
"""Longest wait for one answer, and for the retries of one request."""
RETRY = bigquery.DEFAULT_RETRY.with_timeout(SECONDS)

EMULATORS = ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")
REGIONS_WITHIN = {"US": "US-", "EU": "EUROPE-"}
"""Multi-regions of datasets, and the prefix of the bucket regions within them."""


@dataclass(frozen=True)
class GoogleCloudChecks:
    """The checks of a project's bucket and datasets.

    Attributes:
        project: The project's id.
        location: GCP_LOCATION.
        datasets: The names of the warehouse's datasets, by layer.
        lake: The lake's bucket.
    """

    project: str
    location: str
    datasets: Mapping[str, str]
    lake: GcsStore

    def by_name(self) -> dict[str, Check]:
        """Return the checks by what they check, in the order in which they help."""
        return {
            "project": lambda: f"{self.project}, location {self.location}",
            "credentials": credentials,
            "bucket": self.bucket,
            "BigQuery jobs": self.jobs,
            "datasets": self.existing_datasets,
            "one location": self.one_location,
            "Storage API": self.storage_api,
        }

    def bucket(self) -> str:
        """Write, read and delete an object in the bucket.

        Raises:
            PlatformError: The bucket does not exist, or one of the three is forbidden.
        """
        store = self._store
        path, content = f".doctor/{uuid4().hex}", b"written by doctor"
        with store.writing(path) as file:
            file.write(content)
        with store.reading(path) as file:
            found = file.read()
        store.delete(path)
        if found != content:
            raise PlatformError(f"{store.uri(path)} returned other content than was written: run doctor again")
        return f"objects in {store.uri('')} can be written, read and deleted"

    def jobs(self) -> str:
        """Let BigQuery check a query without running it, which needs the permission to run jobs.

        Raises:
            PlatformError: The permission is missing, or the project does not exist.
        """
        role = "roles/bigquery.jobUser"
        with google_errors(
            f"BigQuery runs no jobs in {self.project}",
            missing=f"there is no project {self.project}: correct GCP_PROJECT",
            forbidden=f"grant {role}: {self._grant(role)}",
        ):
            config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False)
            self._client.query("SELECT 1", job_config=config, retry=RETRY, job_retry=None, timeout=SECONDS)
        return f"BigQuery runs jobs in {self.project}"

    def existing_datasets(self) -> str:
        """Look up the warehouse's datasets.

        Raises:
            PlatformError: Some do not exist, or access to them is forbidden.
        """
        wrong = []
        for name in self.datasets.values():
            try:
                self._dataset(name)
            except PlatformError as error:
                wrong.append(str(error))
        if wrong:
            raise PlatformError("; ".join(wrong))
        return ", ".join(self.datasets.values())

    def one_location(self) -> str:
        """Compare the locations of bucket and datasets: BigQuery loads only from buckets in the dataset's location.

        Raises:
            PlatformError: The locations differ.
        """
        bucket_location = self._store.location()
        for name in self.datasets.values():
            location = self._dataset(name).location.upper()
            if location != self.location.upper():
                raise PlatformError(
                    f"the dataset {name} is in {location}, GCP_LOCATION says {self.location}: set "
                    f"GCP_LOCATION={location}"
                )
            if bucket_location != location and not bucket_location.startswith(
                REGIONS_WITHIN.get(location, f"{bucket_location}-")
            ):
                raise PlatformError(
                    f"the bucket {self.lake.bucket} is in {bucket_location}, the dataset {name} in {location}: "
                    "BigQuery loads only within one location; create one of them again, with deploy/terraform and one "
                    "`location`"
                )
        return f"bucket in {bucket_location}, datasets in {self.location.upper()}"

    def storage_api(self) -> str:
        """Ask the Storage API, which reads results fast, for a table that does not exist.

        Raises:
            PlatformError: It cannot be reached, or read sessions are forbidden.
        """
        role = "roles/bigquery.readSessionUser"
        with google_errors(
            "BigQuery's Storage API cannot be used",
            missing="",
            forbidden=f"grant {role}: {self._grant(role)}",
        ):
            client = bigquery_read_client()
            if client is None:
                return "not checked: BIGQUERY_EMULATOR_HOST names an emulator"
            table = f"projects/{self.project}/datasets/{self.datasets['staging']}/tables/doctor_{uuid4().hex}"
            session = types.ReadSession(table=table, data_format=types.DataFormat.ARROW)
            # "Not found" shows that the API can be reached and that the permission is there.
            with client, suppress(NotFound):
                client.create_read_session(
                    parent=f"projects/{self.project}",
                    read_session=session,
                    timeout=SECONDS,
                    retry=Retry(timeout=SECONDS),
                )
        return "answers"

    def _dataset(self, name: str) -> bigquery.Dataset:
        dataset = f"{self.project}.{name}"
        role = "roles/bigquery.dataEditor"
        with google_errors(
            f"the dataset {dataset} cannot be used",
            missing=f"it does not exist: create it with deploy/terraform, or `bq --location={self.location} mk "
            f"--dataset {self.project}:{name}`",
            forbidden=f"grant {role}: bq query --nouse_legacy_sql "
            f"""'GRANT `{role}` ON SCHEMA `{dataset}` TO "{ACCOUNT}"'""",
        ):
            return self._client.get_dataset(name, retry=RETRY, timeout=SECONDS)

    @property
    def _store(self) -> GcsStore:
        return self.lake.model_copy(update={"timeout_seconds": SECONDS, "retry_seconds": SECONDS})

    @property
    def _client(self) -> bigquery.Client:
        return bigquery_client(self.project, self.location)

    def _grant(self, role: str) -> str:
        return f"`gcloud projects add-iam-policy-binding {self.project} --member={ACCOUNT} --role={role}`"


def credentials() -> str:
    """Return the kind of the application default credentials.

    Raises:
        PlatformError: There are none, or Google does not accept them.
    """
    if all(os.environ.get(name) for name in EMULATORS):
        return f"none needed: {' and '.join(EMULATORS)} name emulators"
    with google_errors("no access to Google Cloud", missing="", forbidden=""):
        return credentials_kind()
