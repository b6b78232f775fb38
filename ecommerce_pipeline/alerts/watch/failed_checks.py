"""Asset checks of severity error that did not pass, of runs that succeeded; a failed run's are in its own mail."""

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

from ecommerce_pipeline.alerts.problem import Problem, Span, Watched
from ecommerce_pipeline.alerts.state import State, Waiting
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.cursors import PAGE, new_records
from ecommerce_pipeline.alerts.watch.launched_by import launched_by, span_of
from ecommerce_pipeline.alerts.watch.rerun_command import command_again
from ecommerce_pipeline.instance.sql_storage import events_of_all_runs


def failed_checks(state: State, view: View) -> list[Problem]:
    """Return a problem for each run that succeeded with failed checks; note the runs that still go on."""
    problems = []
    for record in new_records(state, "asset checks", _fetch(view), view.now):
        evaluation = _evaluation(record)
        if not _counts(evaluation):
            continue
        if record.run_id:
            state.unfinished.setdefault(record.run_id, Waiting(since=view.now, event=record.storage_id))
        else:
            problems.append(_problem(view, f"check-{record.storage_id}", [evaluation], record.timestamp))
    if not state.unfinished:
        return problems
    records = view.instance.get_run_records(RunsFilter(run_ids=list(state.unfinished)))
    found = {record.dagster_run.run_id: record for record in records}
    for run_id in list(state.unfinished):
        run = found[run_id].dagster_run if run_id in found else None
        if run is not None and not run.is_finished:
            continue
        del state.unfinished[run_id]
        if run is not None and run.status != DagsterRunStatus.FAILURE:
            evaluations = list(_evaluations(view, run_id))
            problems.append(
                _problem(
                    view,
                    f"checks-{run_id}",
                    evaluations,
                    found[run_id].end_time or view.now,
                    job=run.job_name,
                    tags=run.tags,
                    started=found[run_id].start_time,
                    run_id=run_id,
                    again=command_again(view, run, span_of(run.tags), checked(evaluations)),
                )
            )
    return problems


def checked(evaluations: Sequence[AssetCheckEvaluation]) -> list[AssetKey]:
    """Return the assets that were checked."""
    return list(dict.fromkeys(evaluation.asset_key for evaluation in evaluations))


def checks_of_run(view: View, run_id: str) -> list[dict[str, str]]:
    """Return the failed checks of a run, as the facts of a problem."""
    return [_told(evaluation) for evaluation in _evaluations(view, run_id)]


def _problem(view: View, id_: str, evaluations: Sequence[AssetCheckEvaluation], seen: float, **run: Any) -> Problem:
    keys = checked(evaluations)
    tags = run.pop("tags", {})
    of_check = next((evaluation.partition for evaluation in evaluations if evaluation.partition), None)
    span = span_of(tags) or (Span(first=of_check, last=of_check) if of_check else None)
    job = run.pop("job", "")
    names = ", ".join(key.to_user_string() for key in keys[:2])
    return view.problem(
        keys,
        id=id_,
        kind="checks",
        job=job if job and not job.startswith("__") else names,
        span=span and span.model_dump(),
        assets=[key.to_user_string() for key in keys],
        checks=[_told(evaluation) for evaluation in evaluations],
        seen=seen,
        launched_by=launched_by(tags) if tags or run else "",
        stale=[key.to_user_string() for key in view.downstream(keys)],
        watched=tuple(
            Watched(kind="check", name=one.asset_key.to_string(), check=one.check_name, after=seen)
            for one in evaluations
        ),
        **run,
    )


def _told(evaluation: AssetCheckEvaluation) -> dict[str, str]:
    said = evaluation.description or ", ".join(
        f"{name}: {value.value}"
        for name, value in evaluation.metadata.items()
        if isinstance(value.value, str | int | float)
    )
    key: AssetKey = evaluation.asset_key
    return {"asset": key.to_user_string(), "name": evaluation.check_name, "said": said[:2_000]}


def _evaluations(view: View, run_id: str) -> Iterator[AssetCheckEvaluation]:
    records = view.instance.get_records_for_run(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION).records
    yield from (evaluation for record in records if _counts(evaluation := _evaluation(record)))


def _evaluation(record: EventLogRecord) -> AssetCheckEvaluation:
    evaluation: AssetCheckEvaluation = record.event_log_entry.get_dagster_event().asset_check_evaluation_data
    return evaluation


def _counts(evaluation: AssetCheckEvaluation) -> bool:
    return not evaluation.passed and evaluation.severity == AssetCheckSeverity.ERROR


def _fetch(view: View) -> Any:
    def fetch(after: int | None, ascending: bool) -> Sequence[EventLogRecord]:
        event_type = DagsterEventType.ASSET_CHECK_EVALUATION
        return events_of_all_runs(view.instance, event_type, after, limit=PAGE, ascending=ascending)

    return fetch
