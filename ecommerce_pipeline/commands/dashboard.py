"""`dashboard`: open the page in the browser, or serve it on loopback to this machine only."""

import webbrowser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import typer

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dashboard_store

HOST = "127.0.0.1"


def open_dashboard(settings: Settings) -> None:
    """Open the page as it is kept: the file, or the bucket's console.

    Raises:
        PlatformError: There is no page yet.
    """
    page_of(settings)
    link = dashboard_store(settings).link(DASHBOARD_PAGE)
    opened = webbrowser.open(link)
    typer.echo(link if opened else f"{link}\nno browser can be opened here: open it yourself, or use --serve")


def serve_dashboard(settings: Settings, port: int) -> None:
    """Serve the page until interrupted, as it is at each request.

    Raises:
        PlatformError: There is no page yet, or the port is taken.
    """
    page_of(settings)
    try:
        server = page_server(settings, port)
    except OSError as error:
        raise PlatformError(f"port {port} of {HOST}: {error.strerror}; choose another with --port") from None
    with server:
        typer.echo(f"http://{HOST}:{server.server_port}/ serves the dashboard; interrupt (Ctrl+C) to stop")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")


def page_of(settings: Settings) -> bytes:
    """Return the page.

    Raises:
        PlatformError: There is none yet.
    """
    store = dashboard_store(settings)
    try:
        with store.reading(DASHBOARD_PAGE) as file:
            return file.read()
    except FileNotFoundError:
        raise PlatformError(
            f"there is no dashboard at {store.uri(DASHBOARD_PAGE)} yet: `ecommerce-pipeline run` builds it"
        ) from None


def page_server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """Return a server on loopback that answers `/` with the page, and nothing else."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.split("?")[0] != "/":
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            page = page_of(settings)
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing: the terminal is a person's."""

    return ThreadingHTTPServer((HOST, port), Answers)
