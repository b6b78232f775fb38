"""Runs that failed and that Dagster will not retry."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterRun,
    EventLogEntry,
    EventLogRecord,
    RunRecord,
    RunsFilter,
    RunStatusChangeRecordsFilter,
)

from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition, Span
from ecommerce_pipeline.alerts.state import State, UndecidedRun
from ecommerce_pipeline.alerts.watch.backfills import backfill_has_ended
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.cursors import PAGE, new_records
from ecommerce_pipeline.alerts.watch.dagster_private import (
    AUTO_RETRY_RUN_ID_TAG,
    BACKFILL_ID_TAG,
    MAX_RETRIES_TAG,
    RETRY_NUMBER_TAG,
    WILL_RETRY_TAG,
    DagsterAssetCheckFailedError,
)
from ecommerce_pipeline.alerts.watch.failed_checks import checks_of_run
from ecommerce_pipeline.alerts.watch.launched_by import launched_by, span_of
from ecommerce_pipeline.alerts.watch.rerun_command import rerun_command
from ecommerce_pipeline.alerts.watch.root_cause import failure_details

RETRY_PATIENCE: Final = 900.0
"""How long to wait for a retry that Dagster has announced."""
REPORTED_PER_TICK: Final = 100
"""Most runs reported per tick: one takes about 30 ms, and Dagster ends a tick after 60 seconds."""
TAGGED_WITHIN: Final = 60.0
"""Dagster announces a retry after it stored the failure; if it is killed in between, no announcement follows."""


def failed_runs(state: State, context: WatchContext) -> list[Problem]:
    """Return a problem for each run that failed and is not retried; remember those that may be."""

    def fetch(after: int | None, ascending: bool) -> Sequence[EventLogRecord]:
        wanted = RunStatusChangeRecordsFilter(event_type=DagsterEventType.RUN_FAILURE, after_storage_id=after)
        return context.instance.fetch_run_status_changes(wanted, limit=PAGE, ascending=ascending).records

    for record in new_records(state, "run failures", fetch, context.now):
        state.retrying[record.run_id] = UndecidedRun(since=context.now, event=record.storage_id)
    if not state.retrying:
        return []
    records = context.instance.get_run_records(RunsFilter(run_ids=list(state.retrying)))
    found = {record.dagster_run.run_id: record for record in records}
    problems: list[Problem] = []
    for run_id, waiting in list(state.retrying.items()):
        if len(problems) == REPORTED_PER_TICK:
            break
        match (
            decision(found[run_id].dagster_run, context, context.now - waiting.since) if run_id in found else "deleted"
        ):
            case "failed":
                try:
                    problems.append(_problem(found[run_id], waiting.event, context))
                except Exception as error:  # A short email is better than none, for this run and the next ones.
                    problems.append(_bare_problem(found[run_id].dagster_run, context, error))
            case "wait":
                continue
        del state.retrying[run_id]
    return problems


def decision(run: DagsterRun, context: WatchContext, waited: float) -> str:
    """Return what a failed run is: `failed` (report it), `retried` (ignore it), or undecided (`wait`)."""
    if AUTO_RETRY_RUN_ID_TAG in run.tags:
        return "retried"
    # A run without an origin, as that of `dagster job execute`, has no code location that could launch its retry.
    if not context.instance.run_retries_enabled or run.remote_job_origin is None:
        return "failed"
    match run.tags.get(WILL_RETRY_TAG):
        case "false":
            return "failed"
        case None:
            return "wait" if waited < TAGGED_WITHIN else "failed"
    backfill = run.tags.get(BACKFILL_ID_TAG)
    if backfill is not None and backfill_has_ended(context.instance, backfill):
        return "failed"
    return "wait" if waited < RETRY_PATIENCE else "failed"


def _problem(record: RunRecord, event: int, context: WatchContext) -> Problem:
    run = record.dagster_run
    failures = _failures(context, run)
    ended = failures[-1].timestamp if failures else context.now
    steps = [entry for entry in failures if entry.dagster_event_type == DagsterEventType.STEP_FAILURE]
    planned = _planned(context, run)
    missing = _missing(context, run, planned, [str(entry.step_key) for entry in steps])
    span = span_of(run.tags)
    checks = checks_of_run(context, run.run_id)
    errors = [_with_checks(failure_details(entry), checks) for entry in (steps or failures[-1:])]
    tried = int(run.tags.get(RETRY_NUMBER_TAG, 0)) + 1
    return context.problem(
        missing or [key for keys in planned.values() for key in keys],
        id=f"run-{run.run_id}",
        kind="run",
        job=run.job_name,
        span=span and span.model_dump(),
        assets=[key.to_user_string() for key in missing],
        errors=errors,
        checks=checks,
        seen=ended,
        started=record.start_time,
        tries=(tried, _most_tries(context, run)),
        launched_by=launched_by(run.tags),
        run_id=run.run_id,
        backfill=run.tags.get(BACKFILL_ID_TAG),
        stale=[key.to_user_string() for key in context.downstream(missing)],
        rerun_command=rerun_command(context, run, span, missing, [error["message"] for error in errors]),
        recovery_conditions=tuple(_recovery_conditions(context, run, missing, span, event=event, ended=ended)),
    )


def _bare_problem(run: DagsterRun, context: WatchContext, error: Exception) -> Problem:
    return context.problem(
        [],
        id=f"run-{run.run_id}",
        kind="run",
        job=run.job_name,
        errors=[
            {
                "step": "",
                "error": "",
                "message": f"The run failed; the reason cannot be read ({type(error).__name__}: {error}). See its log.",
            }
        ],
        seen=context.now,
        run_id=run.run_id,
        backfill=run.tags.get(BACKFILL_ID_TAG),
        recovery_conditions=(RecoveryCondition(kind="job", name=run.job_name, after=context.now),),
    )


def _with_checks(details: dict[str, Any], checks: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return what the failed checks found as the reason where they stopped a step; Dagster only names them."""
    if details["error"] != DagsterAssetCheckFailedError.__name__ or not checks:
        return details
    found = "\n".join(f"{check['asset']}: {check['description'] or check['name']}" for check in checks)
    return {"step": details["step"], "error": "", "message": found}


def _failures(context: WatchContext, run: DagsterRun) -> list[EventLogEntry]:
    kinds = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
    return [
        record.event_log_entry for record in context.instance.get_records_for_run(run.run_id, of_type=kinds).records
    ]


def _most_tries(context: WatchContext, run: DagsterRun) -> int | None:
    if not context.instance.run_retries_enabled:
        return None
    return int(run.tags.get(MAX_RETRIES_TAG, context.instance.run_retries_max_retries)) + 1


def _planned(context: WatchContext, run: DagsterRun) -> dict[str, list[AssetKey]]:
    """Return the assets that each step of the run was meant to build."""
    if run.execution_plan_snapshot_id is None:
        return {}
    plan = context.instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    wanted = set(run.step_keys_to_execute or plan.step_keys_to_execute)
    outputs = {step.key: [output.properties for output in step.outputs] for step in plan.steps if step.key in wanted}
    return {
        step: [properties.asset_key for properties in found if properties and properties.asset_key]
        for step, found in outputs.items()
    }


def _missing(
    context: WatchContext, run: DagsterRun, planned: dict[str, list[AssetKey]], failed: list[str]
) -> list[AssetKey]:
    """Return the assets that the run did not build: of the failed steps or, if it died outside a step, of all steps."""
    wanted = [key for step in (failed or planned) for key in planned.get(step, [])]
    if failed and len(wanted) == len(failed):
        return wanted
    built = set()
    cursor = None
    while True:
        # Newest first: a run materializes the partitions of an asset together.
        page = context.instance.get_records_for_run(
            run.run_id, cursor=cursor, of_type=DagsterEventType.ASSET_MATERIALIZATION, limit=1_000, ascending=False
        )
        built |= {record.asset_key for record in page.records}
        cursor = page.cursor
        if not page.has_more or not set(wanted) - built:
            return [key for key in wanted if key not in built]


def _recovery_conditions(
    context: WatchContext, run: DagsterRun, missing: Sequence[AssetKey], span: Span | None, *, event: int, ended: float
) -> Iterator[RecoveryCondition]:
    for key in missing:
        yield RecoveryCondition(
            kind="asset", name=key.to_string(), span=span if context.is_partitioned(key) else None, after=event
        )
    if not missing:
        yield RecoveryCondition(kind="job", name=run.job_name, span=span, after=ended)
