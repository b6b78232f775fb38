"""A proxy between a Google client and its emulator that makes requests fail as scripted, and records them.

with faulty(server.endpoint) as proxy:
    proxy.add(Fault(lose_response, method="PUT", path="upload_id="))
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", proxy.endpoint)
"""

import contextlib
import http.client
import json
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}
UPSTREAM_SECONDS = 120

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Request:
    """A request to the proxy; the path includes the query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Forward = Callable[[Request], Answer]
Break = Callable[[Request, Forward], Answer | None]
"""Returns the response, or None to reset the connection; it may forward the request."""


def reset(request: Request, forward: Forward) -> None:
    """Reset the connection before the request reaches the server."""


def lose_response(request: Request, forward: Forward) -> None:
    """Forward the request, and reset the connection instead of responding."""
    forward(request)


def status(code: int, message: str = "on a test's script", reason: str = "backendError") -> Break:
    """Respond with an error in Google's format, without forwarding the request."""
    error = {"code": code, "message": message, "errors": [{"message": message, "reason": reason}]}

    def answer(request: Request, forward: Forward) -> Answer:
        return code, {"Content-Type": "application/json"}, json.dumps({"error": error}).encode()

    return answer


def delay(seconds: float) -> Break:
    """Delay the request before it is forwarded."""

    def answer(request: Request, forward: Forward) -> Answer:
        time.sleep(seconds)
        return forward(request)

    return answer


def damage_body(request: Request, forward: Forward) -> Answer:
    """Flip a bit in the middle of the request's body."""
    body = bytearray(request.body)
    body[len(body) // 2] ^= 1
    return forward(Request(request.method, request.path, request.headers, bytes(body)))


@dataclass
class Fault:
    """A scripted failure of requests.

    Attributes:
        act: The failure.
        method: A regular expression that matches the whole method.
        path: A regular expression that is searched in the path with its query.
        skip: The number of matching requests that succeed first.
        times: The number of requests that then fail.
    """

    act: Break
    method: str = ".*"
    path: str = ""
    skip: int = 0
    times: int = 1
    done: int = field(default=0, init=False)

    def takes(self, request: Request) -> bool:
        """Count a matching request; return whether it must fail."""
        if self.done == self.times or not re.fullmatch(self.method, request.method):
            return False
        if not re.search(self.path, request.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.done += 1
        return True


class Proxy:
    """A running proxy.

    Attributes:
        endpoint: Its address, `http://127.0.0.1:port`.
        requests: The requests received, in order.
        bytes_answered: The total size of all response bodies.
    """

    def __init__(self, upstream: str) -> None:
        self.requests: list[Request] = []
        self.bytes_answered = 0
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._upstream = urlsplit(upstream)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"

    def add(self, *faults: Fault) -> None:
        """Add faults to the script; the first that matches a request is applied."""
        with self._lock:
            self._faults += faults

    @property
    def all_happened(self) -> bool:
        """Whether every fault was applied as often as scripted; tests assert this."""
        return all(fault.done == fault.times for fault in self._faults)

    def matching(self, method: str, path: str) -> list[Request]:
        """Return the requests of a method whose path matches a regular expression."""
        return [request for request in self.requests if request.method == method and re.search(path, request.path)]

    def answer(self, request: Request) -> Answer | None:
        """Respond to a request as scripted, or as the server does."""
        with self._lock:
            self.requests.append(request)
            fault = next((fault for fault in self._faults if fault.takes(request)), None)
        return fault.act(request, self._forward) if fault else self._forward(request)

    def _forward(self, request: Request) -> Answer:
        # The Host header stays the proxy's, because the emulators derive the URLs of uploads from it.
        connection = http.client.HTTPConnection(str(self._upstream.netloc), timeout=UPSTREAM_SECONDS)
        with contextlib.closing(connection):
            headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
            connection.request(request.method, request.path, request.body, headers | {"Connection": "close"})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self) -> None:
                request = Request(self.command, self.path, dict(self.headers), _body(self))
                answer = proxy.answer(request)
                if answer is None:
                    self.close_connection = True
                    _reset(self.connection)
                    return
                code, headers, body = answer
                proxy.bytes_answered += len(body)
                self.send_response(code)
                for name, value in headers.items():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the names are http.server's

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
                """Log nothing."""

        return Handler


@contextlib.contextmanager
def faulty(upstream: str) -> Iterator[Proxy]:
    """Run a proxy in front of a server, on a free port of loopback."""
    proxy = Proxy(upstream)
    thread = threading.Thread(target=proxy.server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


def _reset(connection: socket.socket) -> None:
    # With a linger time of zero, closing resets the connection.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
