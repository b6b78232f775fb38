"""Addresses of pages in the Dagster UI."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode


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
