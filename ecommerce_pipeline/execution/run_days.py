"""Running the graph from the command line: one Dagster run of days in this process, with its progress reported."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from logging import WARNING
from typing import Final, Literal
from uuid import uuid4

from dagster import AssetCheckSeverity, DagsterEvent, DagsterEventType, DagsterInstance, EventLogEntry, JobDefinition

from ecommerce_pipeline.errors import WRITTEN_FOR_USERS, PlatformError
from ecommerce_pipeline.execution.dagster_private import (
    MAX_RETRIES_TAG,
    SINGLETON_REPOSITORY_NAME,
    InMemoryJob,
    LoadableTargetOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
    execute_run,
)
from ecommerce_pipeline.execution.pool_wait import WAITED
from ecommerce_pipeline.instance.dagster_private import SerializableErrorInfo
from ecommerce_pipeline.instance.dead_runs import end_dead_runs
from ecommerce_pipeline.instance.error_chain import error_chain, message_without_class
from ecommerce_pipeline.instance.run_process import executing
from ecommerce_pipeline.instance.run_tags import COMMAND_LINE_TAG, tags_of_days
from ecommerce_pipeline.partitions import Days

CODE_LOCATION: Final = "ecommerce_pipeline"
"""The code location's name in pyproject.toml and in every workspace.yaml."""


@dataclass(frozen=True)
class RunProgress:
    """An event of a run.

    Attributes:
        kind: What happened to the step.
        step: The step.
        message: Of a `logged` or `warned` event the log message, of `waiting` what for, of `wrote` the asset's key, of
            `retrying` the error.
        rows: Of `wrote`, how many rows the asset has reported for one of its days.
    """

    kind: Literal["started", "logged", "warned", "waiting", "wrote", "retrying", "ended", "failed"]
    step: str
    message: str = ""
    rows: int | None = None


def run_days(
    job: JobDefinition,
    days: Days,
    instance: DagsterInstance,
    on_progress: Callable[[RunProgress], None],
    tags: Mapping[str, str] | None = None,
) -> str:
    """Materialize the job's assets for days in one run.

    Args:
        job: The job.
        days: The days.
        instance: Where the run is recorded.
        on_progress: Called with each event, in order.
        tags: Tags of the run, besides those of the job.

    Returns:
        The run's id.

    Raises:
        PlatformError: A step failed; the message is that of the root cause.
        KeyboardInterrupt: A signal ended the run.
    """
    end_dead_runs(instance)
    run_id = str(uuid4())
    instance.add_event_listener(run_id, lambda entry: _report(entry, on_progress))
    with executing(instance, run_id):
        run = instance.create_run_for_job(
            job,
            run_id=run_id,
            # The console logger would repeat what `on_progress` reports.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            remote_job_origin=_origin(job.name),
            tags={
                **job.run_tags,
                **(tags or {}),
                # The command itself reports the failure: the daemon must not retry the run.
                MAX_RETRIES_TAG: "0",
                **tags_of_days(days),
                COMMAND_LINE_TAG: "yes",
            },
        )
        result = execute_run(InMemoryJob(job), run, instance)
    if _interrupted(result.all_events):
        raise KeyboardInterrupt
    if not result.success:
        raise PlatformError(_failure_message(result.all_events))
    return run_id


def _origin(job_name: str) -> RemoteJobOrigin:
    """Return where the UI finds the job; it leaves runs without an origin out of its timeline and of the job's page."""
    module = LoadableTargetOrigin(module_name=f"{CODE_LOCATION}.definitions")
    location = ManagedGrpcPythonEnvCodeLocationOrigin(module, CODE_LOCATION)
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job_name)


def _report(entry: EventLogEntry, on_progress: Callable[[RunProgress], None]) -> None:
    event = entry.dagster_event
    step = (entry.step_key or "").replace("__", "/")
    if event is None:
        on_progress(RunProgress("warned" if int(entry.level) >= WARNING else "logged", step, entry.user_message))
    elif event.event_type == DagsterEventType.ENGINE_EVENT and WAITED in event.engine_event_data.metadata:
        on_progress(RunProgress("waiting", step, event.message or ""))
    elif event.event_type == DagsterEventType.STEP_START:
        on_progress(RunProgress("started", step))
    elif event.event_type == DagsterEventType.STEP_SUCCESS:
        on_progress(RunProgress("ended", step))
    elif event.event_type == DagsterEventType.STEP_FAILURE:
        on_progress(RunProgress("failed", step))
    elif event.event_type == DagsterEventType.STEP_UP_FOR_RETRY:
        on_progress(RunProgress("retrying", step, _root_cause(event.step_retry_data.error)))
    elif event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
        materialization = event.step_materialization_data.materialization
        rows = materialization.metadata.get("dagster/row_count")
        key = materialization.asset_key.to_user_string()
        on_progress(RunProgress("wrote", step, key, None if rows is None else int(str(rows.value))))


def _interrupted(events: Sequence[DagsterEvent]) -> bool:
    return any(event.event_type == DagsterEventType.RUN_CANCELED for event in events)


def _failure_message(events: Sequence[DagsterEvent]) -> str:
    """Return the message of the first failure; later ones are often its consequences."""
    for event in events:
        if event.event_type == DagsterEventType.STEP_FAILURE:
            step = (event.step_key or "").replace("__", "/")
            reason = _failed_checks(events, event.step_key) or _root_cause(event.step_failure_data.error)
            return f"{step} failed: {reason}"
    for event in events:
        if event.event_type == DagsterEventType.PIPELINE_FAILURE:
            return _root_cause(event.job_failure_data.error)
    return "the run did not finish"


def _root_cause(error: SerializableErrorInfo | None) -> str:
    """Return the message of the root cause; of the platform's own errors without the class."""
    if error is None:
        return "it failed without a message"
    root = error_chain(error)[-1]
    return message_without_class(root) if root.cls_name in WRITTEN_FOR_USERS else root.message.strip()


def _failed_checks(events: Sequence[DagsterEvent], step_key: str | None) -> str:
    """Return the descriptions of the failed checks that stopped a step; Dagster's own message only names them."""
    evaluations = [
        event.asset_check_evaluation_data
        for event in events
        if event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION and event.step_key == step_key
    ]
    return "; ".join(
        evaluation.description or evaluation.check_name
        for evaluation in evaluations
        if not evaluation.passed and evaluation.blocking and evaluation.severity == AssetCheckSeverity.ERROR
    )
