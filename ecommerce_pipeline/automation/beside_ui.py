"""What a UI on this machine needs beside it, while its code server runs: the dashboard over HTTP."""

from ecommerce_pipeline.dashboard.server import serve_beside_ui
from ecommerce_pipeline.process import is_local_code_server
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of


def dashboard_beside_ui(settings: Settings) -> str | None:
    """Serve the dashboard if this process is the code server of a UI on this machine; return the address.

    A page in a bucket has an address of its own.
    """
    store = target_of(settings).dashboard
    if store.is_remote or not is_local_code_server():
        return None
    return serve_beside_ui(store, settings.dashboard_port)
