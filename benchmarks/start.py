"""What a user waits for before any work starts: the import of the code location, the UI, and a run's first step."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.graph import LAST, Platform
from ecommerce_pipeline.settings import PROJECT_ROOT

TIMEOUT: Final = 180
LOADED: Final = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"


def location(_data: Data, scratch: Path) -> Work:
    """The import of the code location, in a new Python process."""
    platform = Platform(scratch)

    def work() -> dict[str, float]:
        began = time.perf_counter()
        importing = [sys.executable, "-c", "import ecommerce_pipeline.definitions"]
        subprocess.run(importing, env=platform.environment, check=True)
        return {"seconds": time.perf_counter() - began}

    return work


def dagster_dev(_data: Data, scratch: Path) -> Work:
    """`dagster dev` until the UI has the graph, then a run launched there until its first step starts."""
    from dagster import DagsterEventType, DagsterInstance
    from dagster_graphql import DagsterGraphQLClient

    platform = Platform(scratch)
    os.environ["DAGSTER_HOME"] = str(platform.home)

    def work() -> dict[str, float]:
        began = time.perf_counter()
        with running_ui(platform) as ui:
            shown = time.perf_counter() - began
            launched = time.time()
            client = DagsterGraphQLClient("127.0.0.1", port_number=ui.port)
            run_id = client.submit_job_execution("ingest", tags={"dagster/partition": LAST.isoformat()})
            with DagsterInstance.get() as instance:
                _wait(lambda: bool(instance.all_logs(run_id, DagsterEventType.STEP_START)))
                first = instance.all_logs(run_id, DagsterEventType.STEP_START)[0].timestamp - launched
                _wait(lambda: bool((run := instance.get_run_by_id(run_id)) and run.is_finished))
        return {"seconds": shown, "launch to first step": first}

    return work


@dataclass(frozen=True)
class Ui:
    """A `dagster dev` that has the graph: its port, and its process id."""

    port: int
    pid: int

    def ask(self, query: str, **variables: Any) -> Any:
        """Return the data of a GraphQL query."""
        address, body = f"http://127.0.0.1:{self.port}/graphql", {"query": query, "variables": variables}
        return requests.post(address, json=body, timeout=30).json()["data"]


@contextmanager
def running_ui(platform: Platform) -> Iterator[Ui]:
    """Run `dagster dev`, from the moment when it has the graph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dagster, workspace = Path(sys.executable).with_name("dagster"), PROJECT_ROOT / "workspace.yaml"
    command = [dagster, "dev", "--workspace", workspace, "--port", str(port)]
    with (platform.folder / "dev.log").open("w") as log:
        # Not in the project's root: its .env would override the environment.
        dev = subprocess.Popen(command, cwd=platform.folder, env=platform.environment, stdout=log, stderr=log)
    try:
        ui = Ui(port, dev.pid)
        _wait(lambda: _has_the_graph(ui))
        yield ui
    finally:
        dev.terminate()
        dev.wait()


def _has_the_graph(ui: Ui) -> bool:
    with suppress(requests.RequestException, KeyError):
        return bool(ui.ask(LOADED)["repositoriesOrError"].get("nodes"))
    return False


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no result after {TIMEOUT} s")
        time.sleep(0.05)


CASES = (
    Case("import of the code location", "part", location),
    Case("dagster dev until the UI has the graph", "part", dagster_dev, rounds=3),
)
