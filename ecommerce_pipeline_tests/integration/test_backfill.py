"""Backfills from the UI, which Dagster's daemon starts: one run per range."""

from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from ecommerce_pipeline_tests.support.children import child_running
from ecommerce_pipeline_tests.support.dagster_ui import DagsterUi
from ecommerce_pipeline_tests.support.platform import Platform


@pytest.fixture
def ui(new_platform: Callable[..., Platform]) -> Iterator[DagsterUi]:
    with DagsterUi(new_platform("dev")) as started:
        yield started


LAUNCH = """mutation($params: LaunchBackfillParams!) {
    launchPartitionBackfill(backfillParams: $params) { ... on LaunchBackfillSuccess { backfillId } }
}"""
BACKFILL = """query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill {
    status runs(limit: 50) { status assetSelection { path } tags { key value } }
} } }"""


def test_a_backfill_from_the_ui_is_one_run_for_the_range(ui: DagsterUi, new_platform: Callable[..., Platform]) -> None:
    path = ["source", "refunds"]
    days = ["2026-03-07", "2026-03-08", "2026-03-09"]
    params = {"assetSelection": [{"path": path}, {"path": ["lake", "refunds"]}], "partitionNames": days, "tags": []}
    backfill = ui.ask(LAUNCH, params=params)["launchPartitionBackfill"]["backfillId"]

    def finished() -> Any:
        state = ui.ask(BACKFILL, id=backfill)["partitionBackfillOrError"]
        return state if state["status"] in {"COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED"} else None

    state = ui.wait_for(finished)
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


def test_a_run_whose_process_is_killed_is_marked_failed_and_run_again(ui: DagsterUi) -> None:
    tables = ("refunds", "reviews", "sessions", "transactions", "transaction_items", "payment_attempts")
    selection = [{"path": [layer, table]} for layer in ("source", "lake", "staging") for table in tables]
    ui.ask(LAUNCH, params={"assetSelection": selection, "partitionNames": ["2026-03-07"], "tags": []})

    def worker() -> psutil.Process | None:
        if not list((ui.log.parent / "lake").rglob("*.parquet")):
            return None
        # The code location starts a process of its own for each run.
        return child_running(ui.process.pid, "multiprocessing.spawn")

    ui.wait_for(worker).kill()

    def ended() -> Any:
        runs = ui.ask(RUNS)["runsOrError"]["results"]
        return runs if len(runs) == 2 and {run["status"] for run in runs} == {"FAILURE", "SUCCESS"} else None

    again, killed = ui.wait_for(ended)
    assert (again["status"], killed["status"]) == ("SUCCESS", "FAILURE")
    tags = {tag["key"]: tag["value"] for tag in again["tags"]}
    assert tags["dagster/parent_run_id"] == killed["runId"]
    assert len(list((ui.log.parent / "lake").rglob("*.parquet"))) == len(tables)
