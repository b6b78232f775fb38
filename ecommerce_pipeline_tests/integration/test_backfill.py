"""Backfills from the UI, which Dagster's daemon starts: one run per range."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from ecommerce_pipeline_tests.support.children import child_running
from ecommerce_pipeline_tests.support.graphql import graphql
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

BIN = Path(sys.executable).parent


def environment(platform: Platform) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return inherited | SMALL_SHOP | {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(platform.folder / "dagster")}


class Ui:
    """`dagster dev` on a free port, queried by GraphQL like its own pages."""

    def __init__(self, platform: Platform) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        home = platform.folder / "dagster"
        home.mkdir(parents=True)
        (home / "dagster.yaml").symlink_to(Path(__file__).parents[2] / "dagster.yaml")
        self.log = platform.folder / "dev.log"
        self.process = subprocess.Popen(
            [BIN / "dagster", "dev", "--module-name", "ecommerce_pipeline.definitions", "--port", str(self.port)],
            env=environment(platform),
            cwd=platform.folder,  # not the project's: its .env would name another home, and win
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def ask(self, query: str, **variables: Any) -> Any:
        return graphql(f"http://127.0.0.1:{self.port}", query, **variables)

    def wait_for(self, found: Callable[[], Any], seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if answer := found():
                    return answer
            except OSError:
                pass
            time.sleep(0.5)
        raise AssertionError(f"not within {seconds} s:\n{self.log.read_text()[-3000:]}")

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@pytest.fixture
def ui(new_platform: Callable[..., Platform]) -> Iterator[Ui]:
    started = Ui(new_platform("dev"))
    yield started
    started.close()


LAUNCH = """mutation($params: LaunchBackfillParams!) {
    launchPartitionBackfill(backfillParams: $params) { ... on LaunchBackfillSuccess { backfillId } }
}"""
BACKFILL = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
    status runs(limit: 50) { status assetSelection { path } tags { key value } }
} } }"""


def test_a_backfill_from_the_ui_is_one_run_for_the_range(ui: Ui, new_platform: Callable[..., Platform]) -> None:
    ui.wait_for(lambda: ui.ask("{ assetNodes { id } }")["assetNodes"], 120)
    path = ["source", "refunds"]
    days = ["2026-03-07", "2026-03-08", "2026-03-09"]
    params = {"assetSelection": [{"path": path}, {"path": ["lake", "refunds"]}], "partitionNames": days, "tags": []}
    backfill = ui.ask(LAUNCH, params=params)["launchPartitionBackfill"]["backfillId"]

    def finished() -> Any:
        state = ui.ask(BACKFILL, id=backfill)["partitionBackfillOrError"]
        return state if state["status"] in {"COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED"} else None

    state = ui.wait_for(finished, 180)
    assert state["status"] == "COMPLETED_SUCCESS"
    [run] = state["runs"]
    tags = {tag["key"]: tag["value"] for tag in run["tags"]}
    assert (tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]) == (
        days[0],
        days[-1],
    )
    lake = ui.log.parent / "lake" / "refunds"
    assert sorted(folder.name for folder in lake.iterdir()) == [f"date={day}" for day in days]


RUNS = "{ runsOrError(limit: 10) { ... on Runs { results { runId status tags { key value } } } } }"


def test_a_run_whose_process_is_killed_is_marked_failed_and_can_be_run_again(ui: Ui) -> None:
    ui.wait_for(lambda: ui.ask("{ assetNodes { id } }")["assetNodes"], 120)
    tables = ("refunds", "reviews", "sessions", "transactions", "transaction_items", "payment_attempts")
    selection = [{"path": [layer, table]} for layer in ("source", "lake", "staging") for table in tables]
    ui.ask(LAUNCH, params={"assetSelection": selection, "partitionNames": ["2026-03-07"], "tags": []})

    def worker() -> psutil.Process | None:
        if not list((ui.log.parent / "lake").rglob("*.parquet")):
            return None
        # The code location starts a process of its own for each run.
        return child_running(ui.process.pid, "multiprocessing.spawn")

    ui.wait_for(worker, 120).kill()

    def ended() -> Any:
        runs = ui.ask(RUNS)["runsOrError"]["results"]
        return runs if len(runs) == 2 and {run["status"] for run in runs} == {"FAILURE", "SUCCESS"} else None

    again, killed = ui.wait_for(ended, 240)
    assert (again["status"], killed["status"]) == ("SUCCESS", "FAILURE")
    tags = {tag["key"]: tag["value"] for tag in again["tags"]}
    assert tags["dagster/parent_run_id"] == killed["runId"]
    assert len(list((ui.log.parent / "lake").rglob("*.parquet"))) == len(tables)
