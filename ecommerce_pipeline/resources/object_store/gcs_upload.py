"""A resumable upload to Cloud Storage as a writable file; the object is replaced when the upload is finished.

It replaces `blob.open("wb")`: in the version that dbt-bigquery allows, that resends a chunk without asking how much of
it has arrived, and replaces the object before the checksum is compared. The protocol:
https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import base64
import contextlib
import io
from typing import Any

import google_crc32c
from google.api_core.exceptions import NotFound, ServiceUnavailable, from_http_response
from google.api_core.retry import Retry
from google.cloud.storage import Blob

from ecommerce_pipeline.errors import PlatformError

QUANTUM = 256 * 1024
"""Cloud Storage stores unfinished uploads in multiples of 256 KiB."""
CHUNK = 32 * QUANTUM
"""Bytes per request; they stay in memory until they have arrived."""
CANCEL_SECONDS = 5

RESUME_INCOMPLETE = 308
DONE = (200, 201)
LOST = (404, 410)


class UploadLostError(Exception):
    """Cloud Storage no longer has the upload."""


class Upload(io.BufferedIOBase):
    """A file that is written once, sequentially; `finish` makes it the object, `cancel` discards it."""

    def __init__(self, blob: Blob, content_type: str, *, timeout: float, retry: Retry) -> None:
        self._blob = blob
        self._content_type = content_type
        self._http: Any = blob.client._http  # the session that carries the client's credentials
        self._timeout = timeout
        self._retry = retry
        self._crc32c = google_crc32c.Checksum()
        self._pending = bytearray()
        self._pending_start = 0
        self._received = 0
        self._state_unknown = False
        self._object: dict[str, Any] | None = None
        self._url: str = retry(self._begin)()

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._pending_start + len(self._pending)

    def flush(self) -> None:
        """Do nothing: only whole chunks can be sent."""

    def write(self, data: Any) -> int:
        """Buffer bytes, and send full chunks."""
        written = bytes(data)
        self._crc32c.update(written)
        self._pending += written
        # A chunk that may be the last one is held back, because the last request is marked as such.
        while len(self._pending) > CHUNK:
            self._send(self._pending_start + CHUNK, last=False)
        return len(written)

    def finish(self) -> None:
        """Send the rest and make the upload the object.

        Raises:
            PlatformError: The checksum differs from that of the bytes sent; the damaged object is deleted.
        """
        self._send(self.tell(), last=True)
        stored = self._object or {}
        if stored.get("crc32c") != self._checksum:
            generation = int(stored["generation"])
            # Without the precondition, this could delete a sound object that another writer has uploaded since.
            self._blob.delete(if_generation_match=generation, timeout=self._timeout, retry=self._retry)
            raise PlatformError(
                f"gs://{self._blob.bucket.name}/{self._blob.name} was damaged on the way (CRC32C "
                f"{stored.get('crc32c')} instead of {self._checksum}) and was deleted: run it again"
            )

    def cancel(self) -> None:
        """Cancel the upload, which would otherwise expire after a week."""
        with contextlib.suppress(Exception):
            self._http.delete(self._url, timeout=CANCEL_SECONDS)

    @property
    def _checksum(self) -> str:
        return checksum_text(self._crc32c)

    def _begin(self) -> str:
        response = self._http.post(
            f"{self._blob.client.api_endpoint}/upload/storage/v1{self._blob.bucket.path}/o",
            params={"uploadType": "resumable", "name": self._blob.name},
            json={"contentType": self._content_type},
            timeout=self._timeout,
        )
        if response.status_code not in DONE:
            raise from_http_response(response)
        return str(response.headers["Location"])

    def _send(self, end: int, *, last: bool) -> None:
        """Send until all bytes up to `end` have arrived."""
        attempt = self._retry(self._attempt)
        while self._object is None and (self._received < end or last):
            attempt(end, last)
        del self._pending[: end - self._pending_start]
        self._pending_start = end

    def _attempt(self, end: int, last: bool) -> None:
        total = str(end) if last else "*"
        if self._state_unknown:
            self._ask(total, last)
        if self._object is not None or (self._received >= end and not last):
            return
        before = self._received
        payload = bytes(self._pending[before - self._pending_start : end - self._pending_start])
        headers = {"Content-Range": f"bytes {before}-{end - 1}/{total}" if payload else f"bytes */{total}"}
        if last:
            # With it Cloud Storage rejects damaged bytes before they replace the object.
            headers["X-Goog-Hash"] = f"crc32c={self._checksum}"
        self._put(payload, headers)
        if self._object is None and self._received == before:
            raise ServiceUnavailable("Cloud Storage stored none of the bytes sent")

    def _ask(self, total: str, last: bool) -> None:
        """Ask how many bytes have arrived, after a response was lost or failed."""
        try:
            self._put(b"", {"Content-Range": f"bytes */{total}"})
        except UploadLostError:
            if not last:
                raise
            # The upload has expired, or it is finished and the response was lost.
            with contextlib.suppress(NotFound):
                self._blob.reload(timeout=self._timeout, retry=self._retry)
            if (self._blob.size, self._blob.crc32c) != (self.tell(), self._checksum):
                raise
            self._object = {"crc32c": self._blob.crc32c, "generation": self._blob.generation}

    def _put(self, payload: bytes, headers: dict[str, str]) -> None:
        self._state_unknown = True
        response = self._http.put(
            self._url, data=payload, headers=headers, timeout=self._timeout, allow_redirects=False
        )
        if response.status_code in DONE:
            self._object = response.json()
        elif response.status_code == RESUME_INCOMPLETE:
            last_byte = response.headers.get("Range", "").rpartition("-")[2]
            # Rounded down: bytes that are sent twice are ignored, but a gap would lose bytes.
            self._received = (int(last_byte) + 1) // QUANTUM * QUANTUM if last_byte else 0
        elif response.status_code in LOST:
            raise UploadLostError
        else:
            raise from_http_response(response)
        self._state_unknown = False


def checksum_text(checksum: google_crc32c.Checksum) -> str:
    """Return a checksum in Cloud Storage's encoding: base64 of the big-endian bytes."""
    return base64.b64encode(checksum.digest()).decode()
