"""A server of a few pages: GET and HEAD only, and headers that let a browser do nothing but show them.

It answers only requests for an IP address, `localhost` or a given name. A page on the internet can let its own name
point to 127.0.0.1 and then read what a server there answers (DNS rebinding), but the browser sends that name.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

LOOPBACK: Final = "127.0.0.1"
NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The content security policy of a page that loads and runs nothing."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        body: Its content.
        content_type: The media type.
        policy: The content security policy.
        status: The status of the response.
        headers: Other headers.
    """

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    policy: str = NOTHING
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def page_server(
    host: str, port: int, respond: Callable[[str, Message], Page | None], names: Collection[str] = ()
) -> ThreadingHTTPServer:
    """Return a server that is bound to its address, and starts with `serve_forever`.

    Args:
        host: The address to listen on.
        port: The port; 0 picks a free one.
        respond: Returns the page of a path and request headers; None if there is none.
        names: The host names, in addition to `localhost`, that requests may be for.

    Raises:
        OSError: The address is not available.
    """

    class Handler(BaseHTTPRequestHandler):
        server_version = "ecommerce-pipeline"
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            page = self._page()
            self.send_response(page.status)
            headers = {
                "Content-Type": page.content_type,
                "Content-Length": str(len(page.body)),
                "Content-Security-Policy": page.policy,
            }
            for name, value in {**headers, **HEADERS, **page.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(page.body)

        def _page(self) -> Page:
            asked = self.headers.get("Host", "")
            if not is_answered(asked, names):
                text = f"This server does not answer for the host {asked!r}: use 127.0.0.1 or localhost.\n"
                return _text(HTTPStatus.MISDIRECTED_REQUEST, text)
            found = respond(unquote(urlsplit(self.path).path), self.headers)
            return found or _text(HTTPStatus.NOT_FOUND, "There is no such page.\n")

        def log_message(self, *_: object) -> None:
            """Log no requests to the user's terminal."""

    return ThreadingHTTPServer((host, port), Handler)


def is_answered(host: str, names: Collection[str] = ()) -> bool:
    """Return whether a server answers requests with this Host header, whatever the port in it.

    >>> [is_answered(host) for host in ("127.0.0.1:8050", "[::1]:8050", "localhost", "rebound.example:8050", "")]
    [True, True, True, False, False]
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        ip_address(name)
    except ValueError:
        return name in {"localhost", *names}
    return True


def _text(status: HTTPStatus, text: str) -> Page:
    return Page(text.encode(), "text/plain; charset=utf-8", status=status)
