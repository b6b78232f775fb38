"""Partitions that an active schedule should have built and that are still missing some hours later."""

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
from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition, Span
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.dagster_private import (
    InstigatorType,
    ScheduleInstigatorData,
    reverse_cron_string_iterator,
)
from ecommerce_pipeline.alerts.watch.rerun_command import rerun_command_for_job
from ecommerce_pipeline.instance.run_tags import PARTITION_TAG

HOUR: Final = 3_600.0
DAYS_BACK: Final = 7
"""After a longer stop of the daemon, older partitions are ignored."""


def late_partitions(state: State, context: WatchContext) -> list[Problem]:
    """Return a problem for each scheduled partition that is late; each is checked once."""
    return [
        problem for name, since in _active_schedules(context).items() for problem in _late(state, context, name, since)
    ]


def _active_schedules(context: WatchContext) -> dict[str, float]:
    """Return the names of the active schedules, and when each was turned on."""
    states = context.instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    return {
        state.instigator_name: state.instigator_data.start_timestamp or 0
        for state in states
        if state.is_running and isinstance(state.instigator_data, ScheduleInstigatorData)
    }


def _late(state: State, context: WatchContext, name: str, since: float) -> Iterator[Problem]:
    if not context.repository.has_schedule_def(name):
        return
    schedule = context.repository.get_schedule_def(name)
    days = context.repository.get_job(schedule.job_name).partitions_def
    if not isinstance(days, TimeWindowPartitionsDefinition):
        return
    last = context.now - context.settings.alert_late_hours * HOUR
    after = max(since, state.due.get(name, 0), last - DAYS_BACK * 24 * HOUR)
    for due in sorted(takewhile(lambda due: due > after, _dues(schedule, last))):
        state.due[name] = due
        with partition_loading_context(effective_dt=datetime.fromtimestamp(due, tz=UTC)):
            day = days.get_last_partition_key()
        missing = [] if day is None else _missing(context, schedule.job_name, day)
        if day is not None and missing and not _is_reported(state, missing, day):
            yield _problem(context, schedule, due, day, missing)


def _dues(schedule: ScheduleDefinition, last: float) -> Iterator[float]:
    crons = [schedule.cron_schedule] if isinstance(schedule.cron_schedule, str) else schedule.cron_schedule
    for due in reverse_cron_string_iterator(last, crons[0], schedule.execution_timezone):
        if due.timestamp() <= last:
            yield due.timestamp()


def _missing(context: WatchContext, job: str, day: str) -> list[AssetKey]:
    graph = context.repository.asset_graph
    keys = sorted(context.repository.get_job(job).asset_layer.executable_asset_keys)
    storage = context.instance.event_log_storage
    event = DagsterEventType.ASSET_MATERIALIZATION
    daily = [key for key in keys if graph.has(key) and graph.get(key).is_partitioned]
    return [key for key in daily if day not in storage.get_latest_storage_id_by_partition(key, event, {day})]


def _is_reported(state: State, missing: list[AssetKey], day: str) -> bool:
    """Return whether open incidents, which were reported, explain the missing partition."""
    reported = {
        condition.name
        for incident in state.incidents.values()
        for condition in incident.recovery_conditions
        if condition.kind == "asset" and condition.span and condition.span.first <= day <= condition.span.last
    }
    return any(key.to_string() in reported for key in missing)


def _problem(
    context: WatchContext, schedule: ScheduleDefinition, due: float, day: str, missing: list[AssetKey]
) -> Problem:
    runs = context.instance.get_runs(RunsFilter(job_name=schedule.job_name, tags={PARTITION_TAG: day}), limit=1)
    if not runs:
        status = "no run of it was launched. Is Dagster's daemon running, and was it at that time?"
    elif runs[0].status in {DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}:
        status = f"its last run {runs[0].run_id} ended as {runs[0].status.value}."
    else:
        status = f"its run {runs[0].run_id} is still {runs[0].status.value}."
    total = f"{len(missing)} {'asset' if len(missing) == 1 else 'assets'}"
    span = Span(first=day, last=day)
    return context.problem(
        missing,
        id=f"late-{schedule.name}-{day}",
        kind="late",
        job=schedule.job_name,
        span=span.model_dump(),
        assets=[key.to_user_string() for key in missing],
        seen=context.now,
        launched_by=f"schedule {schedule.name}",
        run_id=runs[0].run_id if runs else None,
        stale=[key.to_user_string() for key in context.downstream(missing)],
        rerun_command=rerun_command_for_job(schedule.job_name, span),
        link=context.page("schedules", schedule.name),
        note=f"Partition {day} of {total}, due at {moment(due)} by schedule {schedule.name}, is missing: {status}",
        recovery_conditions=tuple(RecoveryCondition(kind="asset", name=key.to_string(), span=span) for key in missing),
    )
