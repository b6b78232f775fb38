"""An object store in a bucket, without network failures."""

import json
import os
import threading
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c
import pytest
from dagster_gcp import GCSResource
from google.cloud import storage

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.object_store import gcs_upload
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline_tests.support.faults import Fault, Proxy, damage_body, status

PATH = "sessions/date=2026-03-01/part-0.parquet"
NAME = f"lake/{PATH}"
UPLOAD = "upload_id="


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcs_upload, "CHUNK", gcs_upload.QUANTUM)


def write(gcs_store: GcsStore, content: bytes, piece: int = 100_000) -> None:
    with gcs_store.writing(PATH) as file:
        for start in range(0, len(content), piece):
            file.write(content[start : start + piece])


def break_off(gcs_store: GcsStore) -> None:
    with gcs_store.writing(PATH) as file:
        file.write(os.urandom(700_000))
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "size",
    [0, 1, gcs_upload.QUANTUM - 1, gcs_upload.QUANTUM, gcs_upload.QUANTUM + 1, 2 * gcs_upload.QUANTUM, 1_000_000],
)
def test_what_was_written_is_read(gcs_store: GcsStore, bucket: storage.Bucket, size: int) -> None:
    content = os.urandom(size)
    write(gcs_store, content)
    assert bucket.blob(NAME).download_as_bytes() == content
    with gcs_store.reading(PATH) as file:
        assert file.read() == content


def test_the_address_of_an_object_is_its_bucket_prefix_and_path(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    assert gcs_store.uri(PATH) == f"gs://{bucket.name}/lake/sessions/date=2026-03-01/part-0.parquet"
    write(gcs_store, b"rows")
    assert [blob.name for blob in bucket.list_blobs()] == ["lake/sessions/date=2026-03-01/part-0.parquet"]


def test_a_page_is_shown_by_the_browser_that_opens_its_link(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    with gcs_store.writing("sales & more.html") as file:
        file.write(b"<!doctype html>")
    assert bucket.get_blob("lake/sales & more.html").content_type == "text/html; charset=utf-8"
    assert gcs_store.link("sales & more.html") == (
        f"https://storage.cloud.google.com/{bucket.name}/lake/sales%20%26%20more.html"
    )


def test_earlier_versions_of_an_object_are_deleted_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator has no versions: a server answers as https://cloud.google.com/storage/docs/json_api/v1/objects/list."""
    requests: list[tuple[str, str]] = []
    versions = [
        {"name": NAME, "generation": "1", "timeDeleted": "2026-03-02T00:00:00Z"},
        {"name": NAME, "generation": "2", "timeDeleted": "2026-03-03T00:00:00Z"},
        {"name": NAME, "generation": "3"},
        {"name": f"{NAME}.other", "generation": "1", "timeDeleted": "2026-03-02T00:00:00Z"},
    ]

    class Versions(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(("GET", self.path))
            self._answer(200, json.dumps({"items": versions}).encode())

        def do_DELETE(self) -> None:
            requests.append(("DELETE", self.path))
            self._answer(204, b"")

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Versions) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{server.server_port}")
        GcsStore(gcs=GCSResource(project="shop"), bucket="bucket", prefix="lake").purge(PATH)
        server.shutdown()
    [(_, listed), *deleted] = requests
    assert "versions=true" in listed.lower()
    assert [(verb, parse_qs(urlsplit(path).query)["generation"]) for verb, path in deleted] == [
        ("DELETE", ["1"]),
        ("DELETE", ["2"]),
    ]
    assert {unquote(urlsplit(path).path).rpartition("/o/")[2] for _, path in deleted} == {NAME}


def test_without_a_prefix_objects_are_at_the_top_of_the_bucket(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    bare = GcsStore(gcs=gcs_store.gcs, bucket=bucket.name)
    assert bare.uri(PATH) == f"gs://{bucket.name}/{PATH}"


def test_the_sizes_of_all_objects_under_the_prefix_are_listed(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    assert gcs_store.sizes() == {}
    write(gcs_store, b"rows")
    bucket.blob("lakeside/house").upload_from_string(b"not ours")
    assert gcs_store.sizes() == {PATH: 4}


def test_an_object_appears_when_the_block_ends_and_not_earlier(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    write(gcs_store, b"old")
    with gcs_store.writing(PATH) as file:
        file.write(os.urandom(700_000))
        assert bucket.blob(NAME).download_as_bytes() == b"old"
    assert bucket.get_blob(NAME).size == 700_000


def test_a_block_that_fails_halfway_leaves_the_old_object(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    write(gcs_store, b"old")
    with pytest.raises(ZeroDivisionError):
        break_off(gcs_store)
    assert bucket.blob(NAME).download_as_bytes() == b"old"
    assert [blob.name for blob in bucket.list_blobs()] == [NAME]


def test_a_failed_upload_is_cancelled(storage_proxy: Proxy, gcs_store: GcsStore) -> None:
    with pytest.raises(ZeroDivisionError):
        break_off(gcs_store)
    assert len(storage_proxy.matching("DELETE", UPLOAD)) == 1


def test_memory_stays_constant_as_an_object_grows(gcs_store: GcsStore) -> None:
    piece = os.urandom(100_000)
    tracemalloc.start()
    with gcs_store.writing(PATH) as file:
        for _ in range(200):
            file.write(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 20 MB were written, in chunks of 256 KiB.
    assert peak < 3_000_000


def test_a_part_of_an_object_is_read_without_the_rest(storage_proxy: Proxy, gcs_store: GcsStore) -> None:
    content = os.urandom(5_000_000)
    write(gcs_store, content, 1_000_000)
    before = storage_proxy.bytes_answered
    with gcs_store.reading(PATH) as file:
        file.seek(-8, os.SEEK_END)
        assert file.read(8) == content[-8:]
        file.seek(1_000_000)
        assert file.read(10) == content[1_000_000:1_000_010]
    assert storage_proxy.bytes_answered - before < 600_000


def test_all_ranges_are_read_from_the_version_that_was_opened(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    """Otherwise a reader would mix the bytes of an object with those of its replacement."""
    write(gcs_store, b"rows")
    generation = bucket.get_blob(NAME).generation
    with gcs_store.reading(PATH) as file:
        file.read()
    ranges = storage_proxy.matching("GET", "alt=media")
    assert ranges
    assert all(f"generation={generation}" in request.path for request in ranges)


def test_an_object_replaced_while_it_is_read_is_one_clear_error(storage_proxy: Proxy, gcs_store: GcsStore) -> None:
    write(gcs_store, b"rows")
    storage_proxy.add(Fault(status(404, "No such object"), "GET", "alt=media"))
    with pytest.raises(PlatformError) as caught, gcs_store.reading(PATH) as file:
        file.read()
    assert (
        str(caught.value)
        == f"{gcs_store.uri(PATH)} cannot be read: it was replaced or deleted while it was read; run it again"
    )


def test_the_last_request_has_the_checksum_so_that_damaged_bytes_are_rejected(
    storage_proxy: Proxy, gcs_store: GcsStore
) -> None:
    content = os.urandom(600_000)
    write(gcs_store, content)
    puts = storage_proxy.matching("PUT", UPLOAD)
    assert [request.headers["Content-Range"] for request in puts] == [
        "bytes 0-262143/*",
        "bytes 262144-524287/*",
        "bytes 524288-599999/600000",
    ]
    assert ["X-Goog-Hash" in request.headers for request in puts] == [False, False, True]
    sent = puts[-1].headers["X-Goog-Hash"].removeprefix("crc32c=")
    assert sent == gcs_upload.checksum_text(google_crc32c.Checksum(content))


def test_an_object_damaged_on_the_way_is_deleted(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    """The emulator stores them; Cloud Storage rejects them by the checksum in the last request."""
    storage_proxy.add(Fault(damage_body, "PUT", UPLOAD))
    with pytest.raises(
        PlatformError, match=f"{gcs_store.uri(PATH)} was damaged on the way .* was deleted: run it again"
    ):
        write(gcs_store, os.urandom(600_000))
    assert bucket.get_blob(NAME) is None
    # Only the damaged version is deleted, not one that another writer has uploaded since.
    assert all("ifGenerationMatch=" in request.path for request in storage_proxy.matching("DELETE", "/o/"))
    assert storage_proxy.all_happened
