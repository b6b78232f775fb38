"""Failed asset checks of severity error, in runs that succeeded; those of a failed run are in that run's problem."""

from collections.abc import Iterator, Sequence
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckSeverity,
    AssetKey,
    DagsterEventType,
    DagsterRunStatus,
    EventLogRecord,
    RunsFilter,
)

from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition, Span
from ecommerce_pipeline.alerts.state import State, UndecidedRun
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.cursors import PAGE, new_records
from ecommerce_pipeline.alerts.watch.launched_by import launched_by, span_of
from ecommerce_pipeline.alerts.watch.rerun_command import rerun_command
from ecommerce_pipeline.instance.sql_storage import events_of_all_runs


def failed_checks(state: State, context: WatchContext) -> list[Problem]:
    """Return a problem for each run that succeeded with failed checks; remember the runs that have not finished."""
    problems = []
    for record in new_records(state, "asset checks", _fetch(context), context.now):
        evaluation = _evaluation(record)
        if not _counts(evaluation):
            continue
        if record.run_id:
            state.unfinished.setdefault(record.run_id, UndecidedRun(since=context.now, event=record.storage_id))
        else:
            problems.append(_problem(context, f"check-{record.storage_id}", [evaluation], record.timestamp))
    if not state.unfinished:
        return problems
    records = context.instance.get_run_records(RunsFilter(run_ids=list(state.unfinished)))
    found = {record.dagster_run.run_id: record for record in records}
    for run_id in list(state.unfinished):
        run = found[run_id].dagster_run if run_id in found else None
        if run is not None and not run.is_finished:
            continue
        del state.unfinished[run_id]
        if run is not None and run.status != DagsterRunStatus.FAILURE:
            evaluations = list(_evaluations(context, run_id))
            problems.append(
                _problem(
                    context,
                    f"checks-{run_id}",
                    evaluations,
                    found[run_id].end_time or context.now,
                    job=run.job_name,
                    tags=run.tags,
                    started=found[run_id].start_time,
                    run_id=run_id,
                    rerun_command=rerun_command(
                        context,
                        run,
                        span_of(run.tags),
                        checked_assets(evaluations),
                        [evaluation.description or "" for evaluation in evaluations],
                    ),
                )
            )
    return problems


def checked_assets(evaluations: Sequence[AssetCheckEvaluation]) -> list[AssetKey]:
    """Return the assets that were checked."""
    return list(dict.fromkeys(evaluation.asset_key for evaluation in evaluations))


def checks_of_run(context: WatchContext, run_id: str) -> list[dict[str, str]]:
    """Return the failed checks of a run, as fields of a problem."""
    return [_details(evaluation) for evaluation in _evaluations(context, run_id)]


def _problem(
    context: WatchContext, id_: str, evaluations: Sequence[AssetCheckEvaluation], seen: float, **run: Any
) -> Problem:
    keys = checked_assets(evaluations)
    tags = run.pop("tags", {})
    of_check = next((evaluation.partition for evaluation in evaluations if evaluation.partition), None)
    span = span_of(tags) or (Span(first=of_check, last=of_check) if of_check else None)
    job = run.pop("job", "")
    names = ", ".join(key.to_user_string() for key in keys[:2])
    return context.problem(
        keys,
        id=id_,
        kind="checks",
        job=job if job and not job.startswith("__") else names,
        span=span and span.model_dump(),
        assets=[key.to_user_string() for key in keys],
        checks=[_details(evaluation) for evaluation in evaluations],
        seen=seen,
        launched_by=launched_by(tags) if tags or run else "",
        stale=[key.to_user_string() for key in context.downstream(keys)],
        recovery_conditions=tuple(
            RecoveryCondition(kind="check", name=one.asset_key.to_string(), check=one.check_name, after=seen)
            for one in evaluations
        ),
        **run,
    )


def _details(evaluation: AssetCheckEvaluation) -> dict[str, str]:
    description = evaluation.description or ", ".join(
        f"{name}: {value.value}"
        for name, value in evaluation.metadata.items()
        if isinstance(value.value, str | int | float)
    )
    key: AssetKey = evaluation.asset_key
    return {"asset": key.to_user_string(), "name": evaluation.check_name, "description": description[:2_000]}


def _evaluations(context: WatchContext, run_id: str) -> Iterator[AssetCheckEvaluation]:
    records = context.instance.get_records_for_run(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION).records
    yield from (evaluation for record in records if _counts(evaluation := _evaluation(record)))


def _evaluation(record: EventLogRecord) -> AssetCheckEvaluation:
    evaluation: AssetCheckEvaluation = record.event_log_entry.get_dagster_event().asset_check_evaluation_data
    return evaluation


def _counts(evaluation: AssetCheckEvaluation) -> bool:
    return not evaluation.passed and evaluation.severity == AssetCheckSeverity.ERROR


def _fetch(context: WatchContext) -> Any:
    def fetch(after: int | None, ascending: bool) -> Sequence[EventLogRecord]:
        event_type = DagsterEventType.ASSET_CHECK_EVALUATION
        return events_of_all_runs(context.instance, event_type, after, limit=PAGE, ascending=ascending)

    return fetch
