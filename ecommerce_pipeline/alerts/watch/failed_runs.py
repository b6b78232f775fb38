"""Runs that failed for good: what Dagster will try again is waited for."""

from collections.abc import Iterator, Sequence
from typing import Final

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

from ecommerce_pipeline.alerts.problem import Problem, Span, Watched
from ecommerce_pipeline.alerts.state import State, Waiting
from ecommerce_pipeline.alerts.watch.backfills import backfill_has_ended
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.cursors import PAGE, new_records
from ecommerce_pipeline.alerts.watch.dagster_private import (
    AUTO_RETRY_RUN_ID_TAG,
    BACKFILL_ID_TAG,
    MAX_RETRIES_TAG,
    RETRY_NUMBER_TAG,
    WILL_RETRY_TAG,
)
from ecommerce_pipeline.alerts.watch.failed_checks import checks_of_run
from ecommerce_pipeline.alerts.watch.launched_by import launched_by, span_of
from ecommerce_pipeline.alerts.watch.rerun_command import command_again
from ecommerce_pipeline.alerts.watch.root_cause import described

RETRY_PATIENCE: Final = 900.0
"""A retry that was announced and does not come within that time is not waited for any longer."""
DESCRIBED: Final = 100
"""So many runs a tick: to describe one takes some 30 ms, and Dagster ends a tick after 60 seconds."""
TAGGED_WITHIN: Final = 60.0
"""Dagster announces a retry after it has stored the failure; a run killed in between announces nothing."""


def failed_runs(state: State, view: View) -> list[Problem]:
    """Return a problem for each run that failed for good; note the ones that wait for a retry."""

    def fetch(after: int | None, ascending: bool) -> Sequence[EventLogRecord]:
        wanted = RunStatusChangeRecordsFilter(event_type=DagsterEventType.RUN_FAILURE, after_storage_id=after)
        return view.instance.fetch_run_status_changes(wanted, limit=PAGE, ascending=ascending).records

    for record in new_records(state, "run failures", fetch, view.now):
        state.retrying[record.run_id] = Waiting(since=view.now, event=record.storage_id)
    if not state.retrying:
        return []
    records = view.instance.get_run_records(RunsFilter(run_ids=list(state.retrying)))
    found = {record.dagster_run.run_id: record for record in records}
    problems: list[Problem] = []
    for run_id, waiting in list(state.retrying.items()):
        if len(problems) == DESCRIBED:
            break
        match decision(found[run_id].dagster_run, view, view.now - waiting.since) if run_id in found else "deleted":
            case "failed":
                try:
                    problems.append(_problem(found[run_id], waiting.event, view))
                except (
                    Exception
                ) as error:  # A mail that says little is better than none, for this run and those behind.
                    problems.append(_bare_problem(found[run_id].dagster_run, view, error))
            case "wait":
                continue
        del state.retrying[run_id]
    return problems


def decision(run: DagsterRun, view: View, waited: float) -> str:
    """Return what is to be done about a failed run: failed (tell), retried (forget it) or wait."""
    if AUTO_RETRY_RUN_ID_TAG in run.tags:
        return "retried"
    # A run of the command line has no code location to be launched from again.
    if not view.instance.run_retries_enabled or run.remote_job_origin is None:
        return "failed"
    match run.tags.get(WILL_RETRY_TAG):
        case "false":
            return "failed"
        case None:
            return "wait" if waited < TAGGED_WITHIN else "failed"
    backfill = run.tags.get(BACKFILL_ID_TAG)
    if backfill is not None and backfill_has_ended(view.instance, backfill):
        return "failed"
    return "wait" if waited < RETRY_PATIENCE else "failed"


def _problem(record: RunRecord, event: int, view: View) -> Problem:
    run = record.dagster_run
    failures = _failures(view, run)
    ended = failures[-1].timestamp if failures else view.now
    steps = [entry for entry in failures if entry.dagster_event_type == DagsterEventType.STEP_FAILURE]
    planned = _planned(view, run)
    missing = _missing(view, run, planned, [str(entry.step_key) for entry in steps])
    span = span_of(run.tags)
    tried = int(run.tags.get(RETRY_NUMBER_TAG, 0)) + 1
    return view.problem(
        missing or [key for keys in planned.values() for key in keys],
        id=f"run-{run.run_id}",
        kind="run",
        job=run.job_name,
        span=span and span.model_dump(),
        assets=[key.to_user_string() for key in missing],
        errors=[described(entry) for entry in (steps or failures[-1:])],
        checks=checks_of_run(view, run.run_id),
        seen=ended,
        started=record.start_time,
        tries=(tried, _most_tries(view, run)),
        launched_by=launched_by(run.tags),
        run_id=run.run_id,
        backfill=run.tags.get(BACKFILL_ID_TAG),
        stale=[key.to_user_string() for key in view.downstream(missing)],
        again=command_again(view, run, span, missing),
        watched=tuple(_watched(view, run, missing, span, event=event, ended=ended)),
    )


def _bare_problem(run: DagsterRun, view: View, error: Exception) -> Problem:
    return view.problem(
        [],
        id=f"run-{run.run_id}",
        kind="run",
        job=run.job_name,
        errors=[
            {
                "step": "",
                "error": "",
                "message": f"The run failed; why cannot be read ({type(error).__name__}: {error}). See its log.",
            }
        ],
        seen=view.now,
        run_id=run.run_id,
        backfill=run.tags.get(BACKFILL_ID_TAG),
        watched=(Watched(kind="job", name=run.job_name, after=view.now),),
    )


def _failures(view: View, run: DagsterRun) -> list[EventLogEntry]:
    kinds = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
    return [record.event_log_entry for record in view.instance.get_records_for_run(run.run_id, of_type=kinds).records]


def _most_tries(view: View, run: DagsterRun) -> int | None:
    if not view.instance.run_retries_enabled:
        return None
    return int(run.tags.get(MAX_RETRIES_TAG, view.instance.run_retries_max_retries)) + 1


def _planned(view: View, run: DagsterRun) -> dict[str, list[AssetKey]]:
    """Return the assets that each step of the run was to make."""
    if run.execution_plan_snapshot_id is None:
        return {}
    plan = view.instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    wanted = set(run.step_keys_to_execute or plan.step_keys_to_execute)
    outputs = {step.key: [output.properties for output in step.outputs] for step in plan.steps if step.key in wanted}
    return {
        step: [properties.asset_key for properties in found if properties and properties.asset_key]
        for step, found in outputs.items()
    }


def _missing(view: View, run: DagsterRun, planned: dict[str, list[AssetKey]], failed: list[str]) -> list[AssetKey]:
    """Return the assets of the failed steps, or of all if the run died outside a step, that the run did not make."""
    wanted = [key for step in (failed or planned) for key in planned.get(step, [])]
    if failed and len(wanted) == len(failed):
        return wanted
    made = set()
    cursor = None
    while True:
        # The newest first: a run writes an asset's partitions together.
        page = view.instance.get_records_for_run(
            run.run_id, cursor=cursor, of_type=DagsterEventType.ASSET_MATERIALIZATION, limit=1_000, ascending=False
        )
        made |= {record.asset_key for record in page.records}
        cursor = page.cursor
        if not page.has_more or not set(wanted) - made:
            return [key for key in wanted if key not in made]


def _watched(
    view: View, run: DagsterRun, missing: Sequence[AssetKey], span: Span | None, *, event: int, ended: float
) -> Iterator[Watched]:
    for key in missing:
        yield Watched(kind="asset", name=key.to_string(), span=span if view.is_partitioned(key) else None, after=event)
    if not missing:
        yield Watched(kind="job", name=run.job_name, span=span, after=ended)
