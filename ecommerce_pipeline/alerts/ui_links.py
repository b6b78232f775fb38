"""Addresses of pages in the Dagster UI."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import psutil

from ecommerce_pipeline.settings import Settings


@dataclass(frozen=True)
class Ui:
    """Addresses of pages of the Dagster UI."""

    url: str

    def run(self, run_id: str) -> str:
        """Return the page of a run."""
        return f"{self.url}/runs/{quote(run_id, safe='')}"

    def logs(self, run_id: str, step: str) -> str:
        """Return the page of a run, filtered to the log of one step."""
        return f"{self.run(run_id)}?{urlencode({'logs': f'step:{step}'})}" if step else self.run(run_id)

    def asset(self, key: str, partition: str | None = None) -> str:
        """Return the page of an asset, or of one of its partitions."""
        path = "/".join(quote(part, safe="") for part in key.split("/"))
        return f"{self.url}/assets/{path}" + (
            f"?{urlencode({'view': 'partitions', 'partition': partition})}" if partition else ""
        )

    def page(self, path: str) -> str:
        """Return another page."""
        return f"{self.url}{quote(path, safe='/@')}"


def ui_url(settings: Settings) -> str:
    """Return the address of the UI: UI_URL, or that of the web server of the `dagster dev` that started this process.

    `dagster dev` picks another port when 3000 is taken, and has an option for it.
    """
    port = None if "ui_url" in settings.model_fields_set else _port_of_dagster_dev()
    return f"http://127.0.0.1:{port}" if port else settings.ui_url


def _port_of_dagster_dev() -> int | None:
    for parent in psutil.Process().parents():
        for process in parent.children():
            try:
                if "dagster_webserver" in process.cmdline():
                    return next(
                        (at.laddr.port for at in process.net_connections("tcp") if at.status == psutil.CONN_LISTEN),
                        None,
                    )
            except psutil.Error:  # it has ended, or is another user's
                continue
    return None
