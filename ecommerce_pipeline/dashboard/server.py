"""The dashboard over HTTP on loopback: browsers open no `file:` link of a page such as the Dagster UI.

The code server that a UI on this machine starts serves it, as long as it lives. Its port is not stored: whoever needs
the link asks the ports that it may have.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import ThreadingHTTPServer
from typing import Final

from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.web.server import LOOPBACK, NOTHING, Page, page_server

DASHBOARD_PAGE: Final = "report.html"
"""The path of the dashboard's page in its store."""

SCRIPTS: Final = "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:"
"""What the page contains: see static/page.html."""

FIRST_PORT: Final = 30_000
PORTS: Final = 2_000
PORTS_TRIED: Final = 10
"""Below the system's ephemeral ports (Linux from 32768), and above those of the embedded PostgreSQL."""

IDENTITY: Final = "X-Dashboard-Of"
SECONDS_TO_ANSWER: Final = 2
SECONDS_BETWEEN_TRIES: Final = 1

NOT_YET: Final = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>No dashboard yet</title>'
    b"<p>There is no dashboard yet: materialize dashboard/report, or run <code>ecommerce-pipeline run</code>."
)


def ports(store: ObjectStore, fixed: int | None) -> Iterator[int]:
    """Yield the ports in the order in which they are tried: the same for each data folder."""
    if fixed is not None:
        yield fixed
        return
    start = int.from_bytes(hashlib.sha256(os.fsencode(store.uri(""))).digest()[:4])
    yield from (FIRST_PORT + (start + step) % PORTS for step in range(PORTS_TRIED))


def dashboard_server(store: ObjectStore, port: int) -> ThreadingHTTPServer:
    """Return a server on loopback with the page at `/`; each request gets the current one.

    Raises:
        OSError: The port is in use.
    """
    identity = {IDENTITY: _identity(store)}

    def respond(path: str, _: Message) -> Page | None:
        if path != "/":
            return None
        try:
            with store.reading(DASHBOARD_PAGE) as file:
                return Page(file.read(), policy=f"{NOTHING}; {SCRIPTS}", headers=identity)
        except FileNotFoundError:
            return Page(NOT_YET, status=HTTPStatus.NOT_FOUND, headers=identity)

    return page_server(LOOPBACK, port, respond)


def serve_beside_ui(store: ObjectStore, fixed: int | None) -> str | None:
    """Serve the page in a thread until the process ends.

    A reloaded code location starts while the one before it still serves: the new one takes the port over from it.

    Args:
        store: Holds the page.
        fixed: The configured port; no other is used.

    Returns:
        The address; None if other programs have all ports.
    """
    for port in ports(store, fixed):
        try:
            server = dashboard_server(store, port)
        except OSError:
            if _serves(store, port):
                _start(lambda port=port: _wait_for(store, port).serve_forever())  # type: ignore[misc]
                return _address(port)
        else:
            _start(server.serve_forever)
            return _address(port)
    return None


def served_at(store: ObjectStore, fixed: int | None) -> str | None:
    """Return the address at which the page is served; None if it is not."""
    return next((_address(port) for port in ports(store, fixed) if _serves(store, port)), None)


def _identity(store: ObjectStore) -> str:
    return hashlib.sha256(f"dashboard {store.uri('')}".encode()).hexdigest()[:16]


def _serves(store: ObjectStore, port: int) -> bool:
    """Return whether a program on this port serves this store's page."""
    connection = HTTPConnection(LOOPBACK, port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("HEAD", "/")
        return connection.getresponse().getheader(IDENTITY) == _identity(store)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _wait_for(store: ObjectStore, port: int) -> ThreadingHTTPServer:
    while True:
        try:
            return dashboard_server(store, port)
        except OSError:
            threading.Event().wait(SECONDS_BETWEEN_TRIES)


def _start(work: Callable[[], object]) -> None:
    threading.Thread(target=work, name="dashboard", daemon=True).start()


def _address(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/"
