"""Partitions that a running schedule should have made and that are not there some hours later."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from typing import Final

from dagster import (
    AssetKey,
    DagsterEventType,
    DagsterRunStatus,
    RunsFilter,
    ScheduleDefinition,
    TimeWindowPartitionsDefinition,
    partition_loading_context,
)

from ecommerce_pipeline.alerts.formatting import moment
from ecommerce_pipeline.alerts.problem import Problem, Span, Watched
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.dagster_private import (
    InstigatorType,
    ScheduleInstigatorData,
    reverse_cron_string_iterator,
)
from ecommerce_pipeline.alerts.watch.rerun_command import command_again_for
from ecommerce_pipeline.instance.run_tags import PARTITION_TAG

HOUR: Final = 3_600.0
DAYS_BACK: Final = 7
"""After a longer stop of the daemon only the newest are asked for."""


def late_partitions(state: State, view: View) -> list[Problem]:
    """Return a problem for each scheduled partition that is late; each is looked for once."""
    return [problem for name, since in _running(view).items() for problem in _late(state, view, name, since)]


def _running(view: View) -> dict[str, float]:
    """Return the names of the schedules that are on, and since when."""
    states = view.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    return {
        state.instigator_name: state.instigator_data.start_timestamp or 0
        for state in states
        if state.is_running and isinstance(state.instigator_data, ScheduleInstigatorData)
    }


def _late(state: State, view: View, name: str, since: float) -> Iterator[Problem]:
    if not view.repository.has_schedule_def(name):
        return
    schedule = view.repository.get_schedule_def(name)
    days = view.repository.get_job(schedule.job_name).partitions_def
    if not isinstance(days, TimeWindowPartitionsDefinition):
        return
    last = view.now - view.settings.alert_late_hours * HOUR
    after = max(since, state.due.get(name, 0), last - DAYS_BACK * 24 * HOUR)
    for due in sorted(takewhile(lambda due: due > after, _dues(schedule, last))):
        state.due[name] = due
        with partition_loading_context(effective_dt=datetime.fromtimestamp(due, tz=UTC)):
            day = days.get_last_partition_key()
        missing = [] if day is None else _missing(view, schedule.job_name, day)
        if day is not None and missing and not _is_told(state, missing, day):
            yield _problem(view, schedule, due, day, missing)


def _dues(schedule: ScheduleDefinition, last: float) -> Iterator[float]:
    crons = [schedule.cron_schedule] if isinstance(schedule.cron_schedule, str) else schedule.cron_schedule
    for due in reverse_cron_string_iterator(last, crons[0], schedule.execution_timezone):
        if due.timestamp() <= last:
            yield due.timestamp()


def _missing(view: View, job: str, day: str) -> list[AssetKey]:
    graph = view.repository.asset_graph
    keys = sorted(view.repository.get_job(job).asset_layer.executable_asset_keys)
    storage = view.instance.event_log_storage
    made = DagsterEventType.ASSET_MATERIALIZATION
    daily = [key for key in keys if graph.has(key) and graph.get(key).is_partitioned]
    return [key for key in daily if day not in storage.get_latest_storage_id_by_partition(key, made, {day})]


def _is_told(state: State, missing: list[AssetKey], day: str) -> bool:
    """Return whether all of it follows from failures that mails have told of and that are not over."""
    told = {
        watched.name
        for incident in state.incidents.values()
        for watched in incident.watched
        if watched.kind == "asset" and watched.span and watched.span.first <= day <= watched.span.last
    }
    return bool(told) and any(key.to_string() in told for key in missing)


def _problem(view: View, schedule: ScheduleDefinition, due: float, day: str, missing: list[AssetKey]) -> Problem:
    runs = view.instance.get_runs(RunsFilter(job_name=schedule.job_name, tags={PARTITION_TAG: day}), limit=1)
    if not runs:
        seen = "no run of it was started. Is Dagster's daemon running, and was it at that time?"
    elif runs[0].status in {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}:
        seen = f"its last run {runs[0].run_id} ended as {runs[0].status.value}."
    else:
        seen = f"its run {runs[0].run_id} is still {runs[0].status.value}."
    total = f"{len(missing)} {'asset' if len(missing) == 1 else 'assets'}"
    span = Span(first=day, last=day)
    return view.problem(
        missing,
        id=f"late-{schedule.name}-{day}",
        kind="late",
        job=schedule.job_name,
        span=span.model_dump(),
        assets=[key.to_user_string() for key in missing],
        seen=view.now,
        launched_by=f"schedule {schedule.name}",
        run_id=runs[0].run_id if runs else None,
        stale=[key.to_user_string() for key in view.downstream(missing)],
        again=command_again_for(schedule.job_name, span),
        link=view.page("schedules", schedule.name),
        note=f"Partition {day} of {total}, due at {moment(due)} by schedule {schedule.name}, is not there: {seen}",
        watched=tuple(Watched(kind="asset", name=key.to_string(), span=span) for key in missing),
    )
