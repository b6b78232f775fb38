"""An object store in a bucket of Google Cloud Storage; uploads are in `gcs_upload`.

Google's variable STORAGE_EMULATOR_HOST selects an emulator.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import IO, ClassVar, cast
from urllib.parse import quote

from dagster import ConfigurableResource, ResourceDependency
from dagster_gcp import GCSResource
from google.api_core.exceptions import NotFound
from google.api_core.retry import Retry
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.google.errors import ACCOUNT, google_errors
from ecommerce_pipeline.resources.object_store.gcs_upload import Upload, UploadLostError

READ_BYTES = 256 * 1024
"""Least bytes per request: more than a Parquet footer."""
OBJECT_ROLE = "roles/storage.objectUser"
BUCKET_ROLE = "roles/storage.legacyBucketReader"


class GcsStore(ConfigurableResource):  # type: ignore[type-arg]
    """Objects in a bucket under a prefix, with Google's application default credentials.

    Attributes:
        gcs: Provides the client.
        bucket: The name of the bucket.
        prefix: A folder in the bucket, without slashes at its ends; may be empty.
        timeout_seconds: Timeout of one request.
        retry_seconds: Time limit for retries after temporary errors (429, 5xx, broken connections).
    """

    is_remote: ClassVar[bool] = True
    gcs: ResourceDependency[GCSResource]
    bucket: str
    prefix: str = ""
    timeout_seconds: float = 60
    retry_seconds: float = 300

    def uri(self, path: str) -> str:
        """Return the URI from which BigQuery loads the object: `gs://bucket/prefix/path`."""
        return f"gs://{self.bucket}/{self._name(path)}"

    def link(self, path: str) -> str:
        """Return the URL that opens the object for users who have signed in to Google and may read it.

        It makes nothing public and does not expire: https://cloud.google.com/storage/docs/request-endpoints#cookieauth
        """
        return f"https://storage.cloud.google.com/{self.bucket}/{quote(self._name(path))}"

    @contextmanager
    def reading(self, path: str) -> Iterator[IO[bytes]]:
        """Open an object for reading by ranges, all of the same version of the object.

        Raises:
            FileNotFoundError: The object does not exist.
            PlatformError: The bucket cannot be read.
        """
        with self._object_errors(path, "read"):
            blob = self._bucket.get_blob(self._name(path), timeout=self.timeout_seconds, retry=self._retry)
            if blob is None:
                self.check_bucket()
                raise FileNotFoundError(self.uri(path))
        replaced = "it was replaced or deleted while it was read; run it again"
        with (
            self._object_errors(path, "read", missing=replaced),
            blob.open("rb", chunk_size=READ_BYTES, timeout=self.timeout_seconds, retry=self._retry) as file,
        ):
            yield cast(IO[bytes], file)

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Upload while the block writes; the object is replaced only if the block ends without an error.

        Raises:
            PlatformError: The bucket cannot be written.
        """
        with self._object_errors(path, "written"):
            blob = self._bucket.blob(self._name(path))
            upload = Upload(blob, _content_type(path), timeout=self.timeout_seconds, retry=self._retry)
            try:
                yield cast(IO[bytes], upload)
                upload.finish()
            except (NotFound, UploadLostError):
                self.check_bucket()
                raise PlatformError(f"Cloud Storage lost the upload of {self.uri(path)}: run it again") from None
            except BaseException:
                upload.cancel()
                raise

    def sizes(self) -> dict[str, int]:
        """Return the size of every object in bytes, by path.

        Raises:
            PlatformError: The bucket cannot be read.
        """
        prefix = self._name("")
        with self._object_errors("", "listed"):
            blobs = self.client.list_blobs(
                self.bucket,
                prefix=prefix,
                fields="items(name,size),nextPageToken",
                timeout=self.timeout_seconds,
                retry=self._retry,
            )
            return {blob.name.removeprefix(prefix): int(blob.size) for blob in blobs}

    def delete(self, path: str) -> None:
        """Delete an object.

        Raises:
            PlatformError: It does not exist, or deleting it is not permitted.
        """
        with self._object_errors(path, "deleted", missing="it does not exist"):
            self._bucket.blob(self._name(path)).delete(timeout=self.timeout_seconds, retry=self._retry)

    def purge(self, path: str) -> None:
        """Delete all earlier versions of an object, which a bucket with versioning keeps.

        Raises:
            PlatformError: They cannot be listed, or deleting them is not permitted.
        """
        name = self._name(path)
        with self._object_errors(path, "listed"):
            versions = self.client.list_blobs(
                self.bucket, prefix=name, versions=True, timeout=self.timeout_seconds, retry=self._retry
            )
            old = [blob for blob in versions if blob.name == name and blob.time_deleted is not None]
        with self._object_errors(path, "deleted"):
            for blob in old:
                self._bucket.blob(name, generation=blob.generation).delete(
                    timeout=self.timeout_seconds, retry=self._retry
                )

    def clean(self) -> None:
        """Do nothing: an unfinished upload is invisible, and expires after a week."""

    def check_bucket(self) -> None:
        """List an object of the bucket, which needs only the role for reading objects.

        Raises:
            google.api_core.exceptions.NotFound: The bucket does not exist.
        """
        list(self.client.list_blobs(self.bucket, max_results=1, timeout=self.timeout_seconds, retry=self._retry))

    def location(self) -> str:
        """Return the bucket's location in Google's spelling: `US`, `EUROPE-WEST1`.

        Raises:
            PlatformError: The bucket does not exist, or reading its metadata is not permitted.
        """
        with self._bucket_errors(f"the location of gs://{self.bucket} cannot be read", BUCKET_ROLE):
            bucket = self.client.get_bucket(self.bucket, timeout=self.timeout_seconds, retry=self._retry)
        return str(bucket.location).upper()

    @cached_property
    def client(self) -> storage.Client:
        """Google's client, with the application default credentials.

        Raises:
            google.auth.exceptions.DefaultCredentialsError: There are none.
        """
        return self.gcs.get_client()

    @property
    def _bucket(self) -> storage.Bucket:
        return self.client.bucket(self.bucket)

    @property
    def _retry(self) -> Retry:
        """Google's own rules of which errors to retry, with exponential backoff."""
        retry: Retry = DEFAULT_RETRY.with_timeout(self.retry_seconds)
        return retry

    def _name(self, path: str) -> str:
        return f"{self.prefix}/{path}" if self.prefix else path

    def _object_errors(self, path: str, verb: str, missing: str | None = None) -> AbstractContextManager[None]:
        return self._bucket_errors(f"{self.uri(path)} cannot be {verb}", OBJECT_ROLE, missing)

    def _bucket_errors(self, action: str, role: str, missing: str | None = None) -> AbstractContextManager[None]:
        return google_errors(
            action,
            missing=missing
            or f"the bucket {self.bucket} does not exist: correct GCS_BUCKET, or create it with deploy/terraform or "
            f"`gcloud storage buckets create gs://{self.bucket} --project={self.gcs.project}`",
            forbidden=f"grant {role} on the bucket: `gcloud storage buckets add-iam-policy-binding gs://{self.bucket} "
            f"--member={ACCOUNT} --role={role}`",
        )


def _content_type(path: str) -> str:
    """Return the content type of an object; without one, browsers download a page instead of showing it."""
    return "text/html; charset=utf-8" if path.endswith(".html") else "application/vnd.apache.parquet"
