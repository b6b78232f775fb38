"""The event log keeps its files open; other processes, deleted runs and forks must work as before."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from dagster import AssetKey, AssetMaterialization, DagsterEvent, DagsterInstance, EventLogEntry
from dagster._core.events import DagsterEventType, StepMaterializationData

from ecommerce_pipeline.instance.sqlite_event_log import OPEN_FILES, BatchingSqliteEventLogStorage

WRITER = """
import sys
from ecommerce_pipeline_tests.instance.test_sqlite_event_log import entry, opened
instance = opened(sys.argv[1])
for number in range(100):
    instance.event_log_storage.store_event(entry("shared", sys.argv[2], number))
"""


def opened(folder: str, settings: Mapping[str, Any] | None = None) -> DagsterInstance:
    log = {
        "module": BatchingSqliteEventLogStorage.__module__,
        "class": BatchingSqliteEventLogStorage.__name__,
        "config": {"base_dir": f"{folder}/history"},
    }
    overrides = {"event_log_storage": log, "telemetry": {"enabled": False}, **(settings or {})}
    return DagsterInstance.local_temp(folder, overrides=overrides)


def entry(run_id: str, asset: str, number: int) -> EventLogEntry:
    data = StepMaterializationData(AssetMaterialization(AssetKey(asset), partition=str(number)))
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION.value, "job", step_key=asset, event_specific_data=data, message="made"
    )
    return EventLogEntry(
        error_info=None,
        level=20,
        user_message="made",
        run_id=run_id,
        timestamp=time.time(),
        step_key=asset,
        job_name="job",
        dagster_event=event,
    )


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    with opened(str(tmp_path)) as made:
        yield made


def test_concurrent_processes_lose_no_event(instance: DagsterInstance, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, asset]) for asset in ("one", "other")]
    for number in range(100):
        instance.event_log_storage.store_event(entry("shared", "own", number))
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(instance.event_log_storage.get_logs_for_run("shared")) == 300
    for asset in ("one", "other", "own"):
        assert len(instance.get_materialized_partitions(AssetKey(asset))) == 100


def test_a_deleted_log_is_created_again(instance: DagsterInstance, tmp_path: Path) -> None:
    storage = instance.event_log_storage
    storage.store_event(entry("gone", "one", 0))
    for file in (tmp_path / "history").glob("gone.db*"):
        file.unlink()
    storage.store_event(entry("gone", "one", 1))
    assert len(storage.get_logs_for_run("gone")) == 1
    assert len(instance.get_materialized_partitions(AssetKey("one"))) == 2


def test_a_forked_process_uses_its_own_connection(instance: DagsterInstance) -> None:
    storage = instance.event_log_storage
    storage.store_event(entry("forked", "one", 0))
    child = os.fork()
    if child == 0:
        storage.store_event(entry("forked", "one", 1))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    storage.store_event(entry("forked", "one", 2))
    assert len(storage.get_logs_for_run("forked")) == 3


def test_only_a_few_files_stay_open(instance: DagsterInstance, tmp_path: Path) -> None:
    for number in range(3 * OPEN_FILES):
        instance.event_log_storage.store_event(entry(f"run-{number}", "one", number))
    files = {file.path for file in psutil.Process().open_files() if file.path.startswith(str(tmp_path / "history"))}
    assert 0 < len([file for file in files if file.endswith(".db")]) <= OPEN_FILES
