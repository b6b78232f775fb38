"""`dashboard`: open the page in the browser, or serve it on the loopback address."""

import webbrowser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import typer

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

HOST = "127.0.0.1"


def open_dashboard(settings: Settings) -> None:
    """Open the stored page in the browser: the file, or its address in the bucket.

    Raises:
        PlatformError: The page does not exist yet.
    """
    page_of(settings)
    link = target_of(settings).dashboard.link(DASHBOARD_PAGE)
    opened = webbrowser.open(link)
    typer.echo(link if opened else f"{link}\nno browser can be opened here: open the link yourself, or use --serve")


def serve_dashboard(settings: Settings, port: int) -> None:
    """Serve the page until interrupted; each request gets the current one.

    Raises:
        PlatformError: The page does not exist yet, or the port is in use.
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
        PlatformError: It does not exist yet.
    """
    store = target_of(settings).dashboard
    try:
        with store.reading(DASHBOARD_PAGE) as file:
            return file.read()
    except FileNotFoundError:
        raise PlatformError(
            f"there is no dashboard at {store.uri(DASHBOARD_PAGE)} yet: `ecommerce-pipeline run` builds it"
        ) from None


def page_server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """Return a server on the loopback address that serves the page at `/`, and nothing else."""

    class Handler(BaseHTTPRequestHandler):
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
            """Log no requests to the user's terminal."""

    return ThreadingHTTPServer((HOST, port), Handler)
