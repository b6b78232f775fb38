"""Running the graph from the command line: one Dagster run of a window in this process, with its progress told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from dagster import AssetCheckSeverity, DagsterEvent, DagsterEventType, DagsterInstance, EventLogEntry, JobDefinition
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.events import RunFailureReason
from dagster._core.execution.api import execute_run
from dagster_shared.error import SerializableErrorInfo

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.instance.home import bury_dead_runs
from ecommerce_pipeline.instance.run_tags import PROCESS_TAG, RANGE_END_TAG, RANGE_START_TAG, this_process
from ecommerce_pipeline.partitions import Window


@dataclass(frozen=True)
class RunProgress:
    """Something that happened in a run: a step that started, moved on or ended."""

    kind: Literal["started", "said", "wrote", "again", "ended", "failed"]
    step: str
    message: str = ""
    rows: int | None = None


def run_window(
    job: JobDefinition, window: Window, instance: DagsterInstance, tell: Callable[[RunProgress], None]
) -> str:
    """Materialize the job's assets for a window in one run.

    Args:
        job: The job.
        window: The days.
        instance: Where the run is recorded.
        tell: Called with everything that happens, in order.

    Returns:
        The run's id.

    Raises:
        PlatformError: A step failed; the message is that of its innermost cause.
        KeyboardInterrupt: The run was ended by a signal.
    """
    bury_dead_runs(instance)
    run_id = str(uuid4())
    instance.add_event_listener(run_id, lambda entry: _tell(entry, tell))
    run = instance.create_run_for_job(
        job,
        run_id=run_id,
        # Events are told as they come; the console logger would say them a second time.
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags={
            **job.run_tags,
            RANGE_START_TAG: window.start.isoformat(),
            RANGE_END_TAG: window.last.isoformat(),
            PROCESS_TAG: this_process(),
        },
    )
    result = execute_run(InMemoryJob(job), run, instance)
    if _interrupted(result.all_events):
        raise KeyboardInterrupt
    if not result.success:
        raise PlatformError(_innermost(result.all_events))
    return run_id


def _tell(entry: EventLogEntry, tell: Callable[[RunProgress], None]) -> None:
    event = entry.dagster_event
    step = (entry.step_key or "").replace("__", "/")
    if event is None:
        tell(RunProgress("said", step, entry.user_message))
    elif event.event_type == DagsterEventType.STEP_START:
        tell(RunProgress("started", step))
    elif event.event_type == DagsterEventType.STEP_SUCCESS:
        tell(RunProgress("ended", step))
    elif event.event_type == DagsterEventType.STEP_FAILURE:
        tell(RunProgress("failed", step))
    elif event.event_type == DagsterEventType.STEP_UP_FOR_RETRY:
        tell(RunProgress("again", step, _cause(event.step_retry_data.error)))
    elif event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
        materialization = event.step_materialization_data.materialization
        rows = materialization.metadata.get("dagster/row_count")
        key = materialization.asset_key.to_user_string()
        tell(RunProgress("wrote", step, key, None if rows is None else int(str(rows.value))))


def _interrupted(events: Sequence[DagsterEvent]) -> bool:
    return any(
        event.job_failure_data.failure_reason == RunFailureReason.UNEXPECTED_TERMINATION
        for event in events
        if event.event_type == DagsterEventType.RUN_FAILURE
    )


def _innermost(events: Sequence[DagsterEvent]) -> str:
    """Return the message of the failure that started it: later steps fail for want of the first."""
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE:
            step = (event.step_key or "").replace("__", "/")
            if said := _failed_checks(events, event.step_key):
                return f"{step} failed: {said}"
            return f"{step} failed: {_cause(event.step_failure_data.error)}"
    for event in events:
        if event.event_type == DagsterEventType.PIPELINE_FAILURE:
            return event.message or "the run failed"
    return "the run did not finish"


def _cause(error: SerializableErrorInfo | None) -> str:
    """Return the message of an error's innermost cause; Dagster puts the class in front."""
    while error and error.cause:
        error = error.cause
    message = error.message.strip() if error else "it failed without a message"
    for known in (PlatformError, TransientError):
        message = message.removeprefix(f"{known.__module__}.{known.__name__}: ")
    return message


def _failed_checks(events: Sequence[DagsterEvent], step_key: str | None) -> str:
    """Return what the checks of a step said that stopped it: Dagster's own message only names them."""
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION and event.step_key == step_key
    ]
    return "; ".join(
        one.description or one.check_name
        for one in evaluations
        if not one.passed and one.blocking and one.severity == AssetCheckSeverity.ERROR
    )
