"""The daemon that retries runs reads a failure when its run is marked, in SQLite; in PostgreSQL: `test_roles.py`."""

import time
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus, EventLogEntry
from dagster._core.test_utils import create_run_for_test

from ecommerce_pipeline.instance.failure_order import MARKED_WITHIN
from ecommerce_pipeline.instance.sql_storage import sql_event_log
from ecommerce_pipeline_tests.instance.test_sqlite_event_log import opened

RETRIES: dict[str, Any] = {"run_retries": {"enabled": True, "max_retries": 2}, "telemetry": {"enabled": False}}


def started(instance: DagsterInstance) -> DagsterRun:
    return create_run_for_test(instance, job_name="load", status=DagsterRunStatus.STARTED)


def failures(instance: DagsterInstance) -> list[str | None]:
    """Return the messages of the failures as the daemon asks for them."""
    found = instance.event_log_storage.get_logs_for_all_runs_by_log_id(-1, {DagsterEventType.RUN_FAILURE}, 500)
    return [entry.dagster_event.message for entry in found.values() if entry.dagster_event]


def read_beside_a_failure(instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> list[list[str | None]]:
    """Return the failures that are read after the event of one is stored, and after its run is marked."""
    run, read = started(instance), []
    events = sql_event_log(instance)
    store = events.store_event

    def storing(event: EventLogEntry) -> None:
        store(event)
        read.append(failures(instance))

    with monkeypatch.context() as patched:
        patched.setattr(events, "store_event", storing)
        instance.report_run_failed(run, "killed")
    return [*read, failures(instance)]


def test_a_failure_is_read_once_its_run_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(str(tmp_path), RETRIES) as instance:
        assert read_beside_a_failure(instance, monkeypatch) == [[], ["killed"]]


@pytest.mark.parametrize(
    ("age", "read"), [(MARKED_WITHIN - 30, []), (MARKED_WITHIN, ["killed before it marked", "later"])]
)
def test_a_failure_whose_process_never_marked_its_run_holds_up_later_ones_for_a_minute(
    tmp_path: Path, age: int, read: list[str]
) -> None:
    with opened(str(tmp_path), RETRIES) as instance:
        run = started(instance)
        failure = DagsterEvent(DagsterEventType.RUN_FAILURE.value, run.job_name, message="killed before it marked")
        entry = EventLogEntry(None, 40, "", run.run_id, time.time() - age, job_name="load", dagster_event=failure)
        instance.event_log_storage.store_event(entry)
        instance.report_run_failed(started(instance), "later")
        assert failures(instance) == read
