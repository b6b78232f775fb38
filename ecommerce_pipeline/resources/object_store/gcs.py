"""Where the lake's objects are kept in the cloud: a bucket of Google Cloud Storage, with the verbs of `ObjectStore`.

Uploading is in `gcs_upload`. STORAGE_EMULATOR_HOST, Google's own variable, points it at an emulator.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import IO, cast
from urllib.parse import quote

from dagster import ConfigurableResource, ResourceDependency
from dagster_gcp import GCSResource
from google.api_core.exceptions import NotFound
from google.api_core.retry import Retry
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.google.errors import ACCOUNT, in_words
from ecommerce_pipeline.resources.object_store.gcs_upload import ForgottenError, Upload

READ_BYTES = 256 * 1024
"""Least that is fetched at once: a Parquet footer with room to spare."""
OBJECT_ROLE = "roles/storage.objectUser"
BUCKET_ROLE = "roles/storage.legacyBucketReader"


class GcsStore(ConfigurableResource):  # type: ignore[type-arg]
    """Objects in a bucket under a prefix; the credentials are Google's application default.

    Attributes:
        gcs: Gives the client.
        bucket: Its name.
        prefix: Folder in it, without slashes around it; may be empty.
        timeout_seconds: How long one request may take.
        retry_seconds: How long what fails for a while (429, 5xx, broken connections) is tried again.
    """

    gcs: ResourceDependency[GCSResource]
    bucket: str
    prefix: str = ""
    timeout_seconds: float = 60
    retry_seconds: float = 300

    def uri(self, path: str) -> str:
        """Return the address under which BigQuery loads the object: `gs://bucket/prefix/path`."""
        return f"gs://{self.bucket}/{self._name(path)}"

    def link(self, path: str) -> str:
        """Return the address that opens the object for whoever has signed in to Google and may read it.

        It makes nothing public and does not expire: https://cloud.google.com/storage/docs/request-endpoints#cookieauth
        """
        return f"https://storage.cloud.google.com/{self.bucket}/{quote(self._name(path))}"

    @contextmanager
    def reading(self, path: str) -> Iterator[IO[bytes]]:
        """Open an object for reading by ranges, all of them of the same version of it.

        Raises:
            FileNotFoundError: There is no such object.
            PlatformError: The bucket cannot be read.
        """
        with self._in_words(path, "read"):
            blob = self._bucket.get_blob(self._name(path), timeout=self.timeout_seconds, retry=self._retry)
            if blob is None:
                self.check_bucket()
                raise FileNotFoundError(self.uri(path))
        replaced = "it was replaced or deleted meanwhile; run it again"
        with (
            self._in_words(path, "read", missing=replaced),
            blob.open("rb", chunk_size=READ_BYTES, timeout=self.timeout_seconds, retry=self._retry) as file,
        ):
            yield cast(IO[bytes], file)

    @contextmanager
    def writing(self, path: str) -> Iterator[IO[bytes]]:
        """Upload while the block writes; the object appears when the block ends well, and is as it was otherwise.

        Raises:
            PlatformError: The bucket cannot be written.
        """
        with self._in_words(path, "written"):
            blob = self._bucket.blob(self._name(path))
            upload = Upload(blob, _content_type(path), timeout=self.timeout_seconds, retry=self._retry)
            try:
                yield cast(IO[bytes], upload)
                upload.finish()
            except (NotFound, ForgottenError):
                self.check_bucket()
                raise PlatformError(f"Cloud Storage forgot the upload of {self.uri(path)}: run it again") from None
            except BaseException:
                upload.cancel()
                raise

    def sizes(self) -> dict[str, int]:
        """Return the size of every object, bytes, by path.

        Raises:
            PlatformError: The bucket cannot be read.
        """
        before = self._name("")
        with self._in_words("", "listed"):
            blobs = self.client.list_blobs(
                self.bucket,
                prefix=before,
                fields="items(name,size),nextPageToken",
                timeout=self.timeout_seconds,
                retry=self._retry,
            )
            return {blob.name.removeprefix(before): int(blob.size) for blob in blobs}

    def delete(self, path: str) -> None:
        """Delete an object.

        Raises:
            PlatformError: It is not there, or must not be deleted.
        """
        with self._in_words(path, "deleted", missing="it is not there"):
            self._bucket.blob(self._name(path)).delete(timeout=self.timeout_seconds, retry=self._retry)

    def clean(self) -> None:
        """Do nothing: an unfinished upload is invisible, and forgotten by Google after a week."""

    def check_bucket(self) -> None:
        """Look into the bucket, which needs no more than the role that reading objects needs.

        Raises:
            google.api_core.exceptions.NotFound: There is no such bucket.
        """
        list(self.client.list_blobs(self.bucket, max_results=1, timeout=self.timeout_seconds, retry=self._retry))

    def location(self) -> str:
        """Return where the bucket is, as Google writes it: `US`, `EUROPE-WEST1`.

        Raises:
            PlatformError: The bucket is not there, or must not be looked at.
        """
        with self._refused(f"the location of gs://{self.bucket} cannot be seen", BUCKET_ROLE):
            found = self.client.get_bucket(self.bucket, timeout=self.timeout_seconds, retry=self._retry)
        return str(found.location).upper()

    @cached_property
    def client(self) -> storage.Client:
        """Google's client, by the application default credentials.

        Raises:
            google.auth.exceptions.DefaultCredentialsError: There are none.
        """
        return self.gcs.get_client()

    @property
    def _bucket(self) -> storage.Bucket:
        return self.client.bucket(self.bucket)

    @property
    def _retry(self) -> Retry:
        """Google's own rules of what to try again, with growing pauses."""
        retry: Retry = DEFAULT_RETRY.with_timeout(self.retry_seconds)
        return retry

    def _name(self, path: str) -> str:
        return f"{self.prefix}/{path}" if self.prefix else path

    def _in_words(self, path: str, verb: str, missing: str | None = None) -> AbstractContextManager[None]:
        return self._refused(f"{self.uri(path)} cannot be {verb}", OBJECT_ROLE, missing)

    def _refused(self, doing: str, role: str, missing: str | None = None) -> AbstractContextManager[None]:
        return in_words(
            doing,
            missing=missing
            or f"there is no bucket {self.bucket}: correct GCS_BUCKET, or create it by deploy/terraform or "
            f"`gcloud storage buckets create gs://{self.bucket} --project={self.gcs.project}`",
            forbidden=f"grant {role} on the bucket: `gcloud storage buckets add-iam-policy-binding gs://{self.bucket} "
            f"--member={ACCOUNT} --role={role}`",
        )


def _content_type(path: str) -> str:
    """Return what a browser is told of an object: without it a page would be downloaded, not shown."""
    return "text/html; charset=utf-8" if path.endswith(".html") else "application/vnd.apache.parquet"
