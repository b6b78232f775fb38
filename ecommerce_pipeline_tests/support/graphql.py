"""Queries to Dagster's webserver, as its own pages send them."""

import json
import urllib.request
from typing import Any


def graphql(address: str, query: str, **variables: Any) -> Any:
    """Return the data of the response."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - loopback
        return json.load(response)["data"]
