"""`dashboard`: open the page in the browser, or serve it on the loopback address."""

import webbrowser

import typer

from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE, dashboard_server
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of
from ecommerce_pipeline.web.server import LOOPBACK


def open_dashboard(settings: Settings) -> None:
    """Open the stored page in the browser: the file, or its address in the bucket.

    Raises:
        PlatformError: The page does not exist yet.
    """
    _check_page(settings)
    link = target_of(settings).dashboard.link(DASHBOARD_PAGE)
    opened = webbrowser.open(link)
    typer.echo(link if opened else f"{link}\nno browser can be opened here: open the link yourself, or use --serve")


def serve_dashboard(settings: Settings, port: int) -> None:
    """Serve the page until interrupted; each request gets the current one.

    Raises:
        PlatformError: The page does not exist yet, or the port is in use.
    """
    _check_page(settings)
    try:
        server = dashboard_server(target_of(settings).dashboard, port)
    except OSError as error:
        raise PlatformError(f"port {port} of {LOOPBACK}: {error.strerror}; choose another with --port") from None
    with server:
        typer.echo(f"http://{LOOPBACK}:{server.server_port}/ serves the dashboard; interrupt (Ctrl+C) to stop")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("stopped")


def _check_page(settings: Settings) -> None:
    """Check that there is a page.

    Raises:
        PlatformError: It does not exist yet.
    """
    store = target_of(settings).dashboard
    try:
        with store.reading(DASHBOARD_PAGE):
            pass
    except FileNotFoundError:
        raise PlatformError(
            f"there is no dashboard at {store.uri(DASHBOARD_PAGE)} yet: `ecommerce-pipeline run` builds it"
        ) from None
