"""One resumable upload to Cloud Storage as a file to write to; finished, its bytes are the object, all at once.

Written out instead of `blob.open("wb")`: the version that dbt-bigquery allows sends a chunk again without asking how
much of it arrived, and replaces the object before its checksum is compared. The protocol:
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
"""Cloud Storage keeps multiples of 256 KiB of an upload that is not finished."""
CHUNK = 32 * QUANTUM
"""Sent at once and held in memory until it has arrived."""
CANCEL_SECONDS = 5

RESUME_INCOMPLETE = 308
DONE = (200, 201)
FORGOTTEN = (404, 410)


class ForgottenError(Exception):
    """Cloud Storage no longer knows the upload."""


class Upload(io.BufferedIOBase):
    """A file that can be written once, from front to back; `finish` makes it the object, `cancel` forgets it."""

    def __init__(self, blob: Blob, content_type: str, *, timeout: float, retry: Retry) -> None:
        self._blob = blob
        self._content_type = content_type
        self._http: Any = blob.client._http  # the session that carries the client's credentials
        self._timeout = timeout
        self._retry = retry
        self._crc32c = google_crc32c.Checksum()
        self._pending = bytearray()
        self._first_pending = 0
        self._arrived = 0
        self._unsure = False
        self._object: dict[str, Any] | None = None
        self._address: str = retry(self._begin)()

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._first_pending + len(self._pending)

    def flush(self) -> None:
        """Do nothing: only whole chunks can be sent."""

    def write(self, data: Any) -> int:
        """Take bytes, and send what fills chunks."""
        written = bytes(data)
        self._crc32c.update(written)
        self._pending += written
        # Not the chunk that may be the last one: it must say so.
        while len(self._pending) > CHUNK:
            self._send(self._first_pending + CHUNK, last=False)
        return len(written)

    def finish(self) -> None:
        """Send the rest and make the whole the object.

        Raises:
            PlatformError: What arrived is not what was sent; that object is deleted.
        """
        self._send(self.tell(), last=True)
        found = self._object or {}
        if found.get("crc32c") != self._checksum:
            generation = int(found["generation"])
            # Without the precondition it could be a good one that somebody has written since.
            self._blob.delete(if_generation_match=generation, timeout=self._timeout, retry=self._retry)
            raise PlatformError(
                f"gs://{self._blob.bucket.name}/{self._blob.name} arrived damaged (CRC32C {found.get('crc32c')}, sent "
                f"{self._checksum}) and was deleted: run it again"
            )

    def cancel(self) -> None:
        """Forget the upload; it would vanish by itself after a week."""
        with contextlib.suppress(Exception):
            self._http.delete(self._address, timeout=CANCEL_SECONDS)

    @property
    def _checksum(self) -> str:
        return text_of(self._crc32c)

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
        """Send until everything up to `end` has arrived."""
        attempt = self._retry(self._attempt)
        while self._object is None and (self._arrived < end or last):
            attempt(end, last)
        del self._pending[: end - self._first_pending]
        self._first_pending = end

    def _attempt(self, end: int, last: bool) -> None:
        total = str(end) if last else "*"
        if self._unsure:
            self._ask(total, last)
        if self._object is not None or (self._arrived >= end and not last):
            return
        before = self._arrived
        payload = bytes(self._pending[before - self._first_pending : end - self._first_pending])
        headers = {"Content-Range": f"bytes {before}-{end - 1}/{total}" if payload else f"bytes */{total}"}
        if last:
            # Makes Cloud Storage refuse other bytes than these before they replace the object.
            headers["X-Goog-Hash"] = f"crc32c={self._checksum}"
        self._put(payload, headers)
        if self._object is None and self._arrived == before:
            raise ServiceUnavailable("nothing of what was sent was kept")

    def _ask(self, total: str, last: bool) -> None:
        """Ask how much has arrived, after an answer that said nothing of it."""
        try:
            self._put(b"", {"Content-Range": f"bytes */{total}"})
        except ForgottenError:
            if not last:
                raise
            # It expired, or it is finished and the answer that said so was lost.
            with contextlib.suppress(NotFound):
                self._blob.reload(timeout=self._timeout, retry=self._retry)
            if (self._blob.size, self._blob.crc32c) != (self.tell(), self._checksum):
                raise
            self._object = {"crc32c": self._blob.crc32c, "generation": self._blob.generation}

    def _put(self, payload: bytes, headers: dict[str, str]) -> None:
        self._unsure = True
        response = self._http.put(
            self._address, data=payload, headers=headers, timeout=self._timeout, allow_redirects=False
        )
        if response.status_code in DONE:
            self._object = response.json()
        elif response.status_code == RESUME_INCOMPLETE:
            kept = response.headers.get("Range", "").rpartition("-")[2]
            # Rounded down: bytes that are sent twice are ignored, bytes that are left out are lost.
            self._arrived = (int(kept) + 1) // QUANTUM * QUANTUM if kept else 0
        elif response.status_code in FORGOTTEN:
            raise ForgottenError
        else:
            raise from_http_response(response)
        self._unsure = False


def text_of(checksum: google_crc32c.Checksum) -> str:
    """Return a checksum as Cloud Storage writes it: base64 of its bytes, the highest first."""
    return base64.b64encode(checksum.digest()).decode()
