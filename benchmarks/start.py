"""What a user waits for: the import of the code location, the UI, a run's first step, and one table of a day."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from dagster import AssetKey

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.graph import LAST, Platform, last
from ecommerce_pipeline.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from dagster import DagsterInstance

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

    platform = Platform(scratch)
    os.environ["DAGSTER_HOME"] = str(platform.home)

    def work() -> dict[str, float]:
        began = time.perf_counter()
        with running_ui(platform) as ui:
            shown = time.perf_counter() - began
            launched = time.time()
            run_id = _launch(ui, "ingest")
            with DagsterInstance.get() as instance:
                _wait(lambda: bool(instance.all_logs(run_id, DagsterEventType.STEP_START)))
                first = instance.all_logs(run_id, DagsterEventType.STEP_START)[0].timestamp - launched
                _finish(instance, run_id)
        return {"seconds": shown, "launch to first step": first}

    return work


def one_table(_data: Data, scratch: Path) -> Work:
    """One staging table of a day, from its launch in the UI until the run has ended."""
    from dagster import DagsterInstance

    platform = Platform(scratch)
    platform.run(last(1))
    os.environ["DAGSTER_HOME"] = str(platform.home)

    def work() -> dict[str, float]:
        with running_ui(platform) as ui, DagsterInstance.get() as instance:
            began = time.perf_counter()
            _finish(instance, _launch(ui, "__ASSET_JOB", AssetKey(["staging", "stores"])))
            return {"seconds": time.perf_counter() - began}

    return work


def _launch(ui: "Ui", job: str, *assets: AssetKey) -> str:
    """Launch a run of a day as the UI does; return its id."""
    from dagster_graphql import DagsterGraphQLClient

    client = DagsterGraphQLClient("127.0.0.1", port_number=ui.port)
    tags = {"dagster/partition": LAST.isoformat()}
    return client.submit_job_execution(job, tags=tags, asset_selection=list(assets) or None)


def _finish(instance: "DagsterInstance", run_id: str) -> None:
    _wait(lambda: bool((run := instance.get_run_by_id(run_id)) and run.is_finished))
    run = instance.get_run_by_id(run_id)
    if not (run and run.is_success):
        raise ValueError(f"run {run_id} failed")


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
    Case("one table of a day from the UI", "part", one_table, rounds=3),
)
