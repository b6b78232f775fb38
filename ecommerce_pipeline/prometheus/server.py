"""The endpoint that Prometheus scrapes."""

from collections.abc import Collection
from email.message import Message
from http.server import ThreadingHTTPServer

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from ecommerce_pipeline.web.server import Page, page_server


def metrics_server(
    registry: CollectorRegistry, host: str, port: int, names: Collection[str] = ()
) -> ThreadingHTTPServer:
    """Return a server of the metrics at `/metrics`, for the host names given besides `localhost`.

    Raises:
        OSError: The address is not available.
    """

    def respond(path: str, headers: Message) -> Page | None:
        if path != "/metrics":
            return None
        encode, content_type = choose_encoder(headers.get("Accept", ""))
        return Page(encode(registry), content_type)

    return page_server(host, port, respond, names)
