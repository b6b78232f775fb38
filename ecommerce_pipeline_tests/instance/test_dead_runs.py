"""Runs whose process was killed with -9 are ended and their pool slots freed; others are left alone."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._core.test_utils import create_run_for_test

from ecommerce_pipeline.instance.dead_runs import end_dead_runs, why_dead
from ecommerce_pipeline.instance.run_launcher import WatchedRunLauncher
from ecommerce_pipeline.instance.run_process import executing, process_of
from ecommerce_pipeline_tests.support.killed import executor_of, kill

POOL = "warehouse"
UNFINISHED = ["NOT_STARTED", "STARTING", "STARTED", "CANCELING"]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterInstance]:
    launcher = {"module": WatchedRunLauncher.__module__, "class": WatchedRunLauncher.__name__}
    pools = {"pools": {"default_limit": 1, "granularity": "op"}}
    settings = {"run_launcher": launcher, "concurrency": pools, "telemetry": {"enabled": False}}
    with DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home")), overrides=settings) as made:
        made.event_log_storage.initialize_concurrency_limit_to_default(POOL)
        yield made


def run_in(instance: DagsterInstance, status: str = "STARTED", **more: Any) -> DagsterRun:
    return create_run_for_test(instance, job_name="load", status=DagsterRunStatus(status), **more)


def claim(instance: DagsterInstance, run_id: str) -> None:
    assert instance.event_log_storage.claim_concurrency_slot(POOL, run_id, "staging__refunds").is_claimed


def slots_held(instance: DagsterInstance) -> list[str]:
    return [slot.run_id for slot in instance.event_log_storage.get_concurrency_info(POOL).claimed_slots]


def status_of(instance: DagsterInstance, run: DagsterRun) -> str:
    found = instance.get_run_by_id(run.run_id)
    assert found
    return found.status.value


@pytest.mark.parametrize("status", UNFINISHED)
def test_a_run_whose_process_was_killed_is_ended_and_its_slot_is_free(instance: DagsterInstance, status: str) -> None:
    run = run_in(instance, status)
    claim(instance, run.run_id)
    with executor_of(instance, run.run_id) as process:
        assert end_dead_runs(instance) == []
        assert (status_of(instance, run), slots_held(instance)) == (status, [run.run_id])
        kill(process)
        assert [ended.run_id for ended in end_dead_runs(instance)] == [run.run_id]
    assert status_of(instance, run) == ("CANCELED" if status == "CANCELING" else "FAILURE")
    assert slots_held(instance) == []
    events = instance.all_logs(run.run_id, {DagsterEventType.RUN_FAILURE, DagsterEventType.RUN_CANCELED})
    assert [str(process.pid) in event.message for event in events] == [True]
    assert end_dead_runs(instance) == []


def test_run_monitoring_ends_a_run_whose_process_was_killed_with_the_reason_as_its_error(
    instance: DagsterInstance,
) -> None:
    run = run_in(instance)
    claim(instance, run.run_id)
    launcher = instance.run_launcher
    assert launcher.supports_check_run_worker_health
    with executor_of(instance, run.run_id) as process:
        assert launcher.check_run_worker_health(run).status.value == "RUNNING"
        kill(process)
        assert launcher.check_run_worker_health(run).status.value == "NOT_FOUND"
    assert (status_of(instance, run), slots_held(instance)) == ("FAILURE", [])
    [failure] = instance.all_logs(run.run_id, DagsterEventType.RUN_FAILURE)
    assert f"its process {process.pid} was killed" in failure.message
    assert "What it has written is complete" in failure.message


def test_a_run_that_no_process_is_known_of_is_left_alone(instance: DagsterInstance) -> None:
    """It may be executed elsewhere, or be about to start."""
    runs = [run_in(instance, status) for status in UNFINISHED]
    assert end_dead_runs(instance) == []
    assert [status_of(instance, run) for run in runs] == UNFINISHED


def test_a_run_whose_code_server_is_gone_before_it_recorded_a_process_is_dead(
    instance: DagsterInstance, tmp_path: Path
) -> None:
    """`kill -9` of all of `dg dev` while a run was being launched: it kept its place in the queue for three minutes."""
    path = str(tmp_path / "server")
    tags = {GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": path})}
    run = run_in(instance, "STARTING", tags=tags)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert why_dead(instance, run) is None
    assert why_dead(instance, run) is not None, "nobody listens there"
    retry = run_in(instance, "STARTING", tags=tags, parent_run_id=run.run_id, root_run_id=run.run_id)
    assert why_dead(instance, retry) is None, "it was not launched yet: the tag is that of the run before"
    assert [ended.run_id for ended in end_dead_runs(instance)] == [run.run_id]


def test_slots_of_ended_and_deleted_runs_are_freed_unless_their_process_lives(instance: DagsterInstance) -> None:
    """A run that is marked as canceled while it works keeps its slot until it stops."""
    run = run_in(instance, "CANCELED")
    claim(instance, run.run_id)
    with executing(instance, run.run_id):
        end_dead_runs(instance)
        assert slots_held(instance) == [run.run_id]
    end_dead_runs(instance)
    assert slots_held(instance) == []
    claim(instance, "deleted")
    end_dead_runs(instance)
    assert slots_held(instance) == []


def test_a_process_that_ends_by_itself_leaves_no_record(instance: DagsterInstance) -> None:
    with executing(instance, "a run"):
        process = process_of(instance, "a run")
        assert process
        assert process.alive
    assert process_of(instance, "a run") is None
