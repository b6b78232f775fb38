"""`prometheus`: the endpoint that Prometheus scrapes."""

from collections.abc import Collection

import typer
from prometheus_client import CollectorRegistry

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.console_log import set_process_log_format
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.prometheus.collector import PlatformCollector
from ecommerce_pipeline.prometheus.server import metrics_server
from ecommerce_pipeline.settings import Settings


def prometheus_command(settings: Settings, host: str, port: int, names: Collection[str] = ()) -> None:
    """Serve the metrics until interrupted, for the host names given besides `localhost`.

    Raises:
        PlatformError: The address is not available.
    """
    set_process_log_format(settings.log_format)
    with open_instance(settings) as instance:
        registry = CollectorRegistry()
        registry.register(PlatformCollector(instance))
        try:
            server = metrics_server(registry, host, port, names)
        except OSError as error:
            raise PlatformError(f"port {port} of {host}: {error.strerror}; choose another with --port") from None
        with server:
            typer.echo(f"http://{host}:{server.server_port}/metrics serves Prometheus; interrupt (Ctrl+C) to stop")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                typer.echo("stopped")
