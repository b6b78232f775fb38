"""An object store in a bucket over a failing network: temporary faults are survived, others are one clear error."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from dagster_gcp import GCSResource
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.object_store import gcs, gcs_upload
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline_tests.support.credentials import write_key
from ecommerce_pipeline_tests.support.emulators import storage_emulator
from ecommerce_pipeline_tests.support.faults import Break, Fault, Proxy, delay, lose_response, reset, status

PATH = "sessions/date=2026-03-01/part-0.parquet"
NAME = f"lake/{PATH}"
CONTENT = os.urandom(3 * gcs_upload.QUANTUM + 1)

TEMPORARY: list[Break] = [reset, lose_response, status(503), status(429)]
NAMES = ["reset", "lost response", "503", "429"]


@pytest.fixture(autouse=True)
def small_chunks_and_short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcs_upload, "CHUNK", gcs_upload.QUANTUM)
    monkeypatch.setattr(gcs, "DEFAULT_RETRY", DEFAULT_RETRY.with_delay(initial=0.05, maximum=0.5))


def write(store: GcsStore, content: bytes = CONTENT) -> None:
    with store.writing(PATH) as file:
        file.write(content)


def read(store: GcsStore) -> bytes:
    with store.reading(PATH) as file:
        return file.read()


@pytest.mark.parametrize("fault", TEMPORARY, ids=NAMES)
@pytest.mark.parametrize(
    "where",
    [("POST", "uploadType=resumable", 0), ("PUT", "upload_id", 0), ("PUT", "upload_id", 1), ("PUT", "upload_id", 3)],
    ids=["begin", "first chunk", "second chunk", "last chunk"],
)
def test_an_upload_survives_temporary_faults(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket, fault: Break, where: tuple[str, str, int]
) -> None:
    storage_proxy.add(Fault(fault, *where))
    write(gcs_store)
    assert bucket.blob(NAME).download_as_bytes() == CONTENT
    assert storage_proxy.all_happened


def test_an_upload_survives_when_nearly_every_request_breaks(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    storage_proxy.add(*(Fault(fault, skip=position) for position, fault in enumerate(TEMPORARY)))
    write(gcs_store)
    assert bucket.blob(NAME).download_as_bytes() == CONTENT
    assert storage_proxy.all_happened


@pytest.mark.parametrize("fault", TEMPORARY, ids=NAMES)
@pytest.mark.parametrize("path", [r"/o/[^?]*\?projection=", "alt=media"], ids=["look-up", "range"])
def test_a_download_survives_temporary_faults(
    storage_proxy: Proxy, gcs_store: GcsStore, fault: Break, path: str
) -> None:
    write(gcs_store)
    storage_proxy.add(Fault(fault, "GET", path))
    assert read(gcs_store) == CONTENT
    assert storage_proxy.all_happened


def test_a_request_without_a_response_is_retried(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    hasty = gcs_store.model_copy(update={"timeout_seconds": 0.5})
    storage_proxy.add(Fault(delay(1.5), "PUT", "upload_id", skip=1), Fault(delay(1.5), "GET", "alt=media"))
    write(hasty)
    assert read(hasty) == CONTENT
    assert storage_proxy.all_happened


def test_retries_end_after_the_time_limit(storage_proxy: Proxy, gcs_store: GcsStore) -> None:
    impatient = gcs_store.model_copy(update={"retry_seconds": 2})
    storage_proxy.add(Fault(status(503, "we are sorry"), "POST", times=1000))
    with pytest.raises(PlatformError) as caught:
        write(impatient)
    assert str(caught.value) == (
        f"{gcs_store.uri(PATH)} cannot be written, even after retries (503 we are sorry): run it again later"
    )


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_upload_to_a_forbidden_bucket_names_the_role_and_the_command(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket, method: str
) -> None:
    storage_proxy.add(Fault(status(403, "x does not have storage.objects.create access", "forbidden"), method))
    with pytest.raises(PlatformError) as caught:
        write(gcs_store)
    message = str(caught.value)
    assert message.startswith(f"{gcs_store.uri(PATH)} cannot be written: permission denied")
    assert "x does not have storage.objects.create access" in message
    assert "roles/storage.objectUser" in message
    assert f"gcloud storage buckets add-iam-policy-binding gs://{bucket.name}" in message
    assert "upload_id" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (403, "cannot be read: permission denied (403 on a test's script): grant roles/storage.objectUser"),
        (401, "cannot be read: the Google credentials have expired or were revoked: run `gcloud auth"),
    ],
)
@pytest.mark.parametrize("path", [r"/o/[^?]*\?projection=", "alt=media"], ids=["look-up", "range"])
def test_a_download_that_is_denied_names_the_remedy(
    storage_proxy: Proxy, gcs_store: GcsStore, code: int, message: str, path: str
) -> None:
    write(gcs_store)
    storage_proxy.add(Fault(status(code), "GET", path, times=10))
    with pytest.raises(PlatformError) as caught:
        read(gcs_store)
    assert message in str(caught.value)


def test_a_bucket_that_vanishes_during_an_upload_is_one_clear_error(
    tmp_path: Path, gcs_store: GcsStore, bucket: storage.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with storage_emulator(tmp_path / "other") as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.endpoint)
        storage.Client().create_bucket(bucket.name)
        with pytest.raises(PlatformError) as caught:
            write_while(gcs_store, lambda: requests.get(f"{server.endpoint}/wipe", timeout=5))
        assert str(caught.value) == (
            f"{gcs_store.uri(PATH)} cannot be written: the bucket {bucket.name} does not exist: correct GCS_BUCKET, or "
            f"create it with deploy/terraform or `gcloud storage buckets create gs://{bucket.name} "
            f"--project={gcs_store.gcs.project}`"
        )
        with pytest.raises(PlatformError, match=f"{PATH} cannot be read: the bucket {bucket.name} does not exist"):
            read(gcs_store)


def test_an_upload_that_the_server_lost_leaves_the_old_object(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    write(gcs_store, b"old")
    storage_proxy.add(Fault(status(410, "Gone"), "PUT", "upload_id", skip=2))
    with pytest.raises(PlatformError) as caught:
        write(gcs_store)
    assert str(caught.value) == f"Cloud Storage lost the upload of {gcs_store.uri(PATH)}: run it again"
    assert bucket.blob(NAME).download_as_bytes() == b"old"


@pytest.mark.parametrize("code", [404, 410])
def test_an_upload_that_the_server_lost_at_its_end_is_not_taken_for_finished(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket, code: int
) -> None:
    """After a lost response, 404 and 410 also mean "finished": only the object's checksum can tell."""
    write(gcs_store, b"old")
    storage_proxy.add(Fault(reset, "PUT", "upload_id", skip=3), Fault(status(code), "PUT", "upload_id", skip=3))
    with pytest.raises(PlatformError, match="Cloud Storage lost the upload"):
        write(gcs_store)
    assert storage_proxy.all_happened
    assert bucket.blob(NAME).download_as_bytes() == b"old"


def test_a_server_that_cannot_be_reached_is_one_clear_error(
    gcs_store: GcsStore, bucket: storage.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:1")
    with pytest.raises(PlatformError) as caught:
        write(gcs_store.model_copy(update={"retry_seconds": 1}))
    assert str(caught.value) == (
        f"{gcs_store.uri(PATH)} cannot be written, even after retries (Connection refused): run it again later"
    )


def test_without_valid_credentials_the_error_says_how_to_sign_in(
    project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"type": "service_account", "private_key": "s3cret"')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    with pytest.raises(PlatformError) as caught:
        write(GcsStore(gcs=GCSResource(project=project), bucket="shop-lake"))
    assert str(caught.value) == (
        f"gs://shop-lake/{PATH} cannot be written: the credentials file {key}, set in "
        "GOOGLE_APPLICATION_CREDENTIALS, cannot be used (it is not a Google credentials file): run `gcloud auth "
        "application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's key file"
    )


def test_revoked_credentials_are_one_clear_error_without_their_content(
    storage_proxy: Proxy, project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    storage_proxy.add(Fault(status(400, "invalid_grant: Invalid JWT Signature"), "POST", "/token"))
    key = tmp_path / "key.json"
    private = write_key(key, f"{storage_proxy.endpoint}/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    with pytest.raises(PlatformError) as caught:
        write(GcsStore(gcs=GCSResource(project=project), bucket="shop-lake"))
    assert f"have expired or were revoked (from the file {key}, set in" in str(caught.value)
    assert private.splitlines()[1] not in str(caught.value)
    assert caught.value.__suppress_context__


def write_while(store: GcsStore, event: Callable[[], object]) -> None:
    with store.writing(PATH) as file:
        event()
        file.write(CONTENT)
