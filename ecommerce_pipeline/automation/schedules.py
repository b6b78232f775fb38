"""Schedules: all steps for yesterday and the days that have changed, and exact looks at the source by night.

Each evaluates to one run of a set of days. All are off until somebody turns them on.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from dagster import (
    DagsterRunStatus,
    DefaultScheduleStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SkipReason,
)

from ecommerce_pipeline.assets.changes import has_day, look_before_run, tags_of_look
from ecommerce_pipeline.automation.steps import EVERYTHING
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import PARTITION_TAG, tags_of_days
from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.quality.changes import Look
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres, target_of

Evaluated = RunRequest | SkipReason
UNDER_WAY: Final = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


def schedules(settings: Settings, jobs: list[Any]) -> list[ScheduleDefinition]:
    """Return the schedules."""
    everything = next(job for job in jobs if job.name == EVERYTHING)

    def schedule(
        name: str, cron: str, description: str, evaluate: Callable[[ScheduleEvaluationContext, date], Evaluated]
    ) -> ScheduleDefinition:
        def run(context: ScheduleEvaluationContext) -> Evaluated:
            due = context.scheduled_execution_time.astimezone(ZoneInfo(settings.time_zone))
            return evaluate(context, due.date())

        return ScheduleDefinition(
            name=name,
            cron_schedule=cron,
            job=everything,
            execution_timezone=settings.time_zone,
            execution_fn=run,
            description=description,
            default_status=DefaultScheduleStatus.STOPPED,
        )

    def daily(context: ScheduleEvaluationContext, today: date) -> Evaluated:
        yesterday = today - ONE_DAY
        try:
            found = _look(settings, context, new_days=False)
        except PlatformError as error:
            context.log.warning(f"without the days that have changed, because the look at the source failed: {error}")
            found = None
        asked = {yesterday} if has_day(settings, yesterday) else set()
        return _request(settings, asked, found)

    def nightly(context: ScheduleEvaluationContext, today: date) -> Evaluated:
        first = max(today - timedelta(days=settings.exact_days), settings.start_date)
        return _request(settings, set(), _look(settings, context, exact_since=first))

    def weekly(context: ScheduleEvaluationContext, today: date) -> Evaluated:
        del today
        return _request(settings, set(), _look(settings, context, exact_since=settings.start_date))

    def refresh(context: ScheduleEvaluationContext, today: date) -> Evaluated:
        del today
        going_on = context.instance.get_runs(RunsFilter(statuses=UNDER_WAY), limit=1)
        if going_on:
            return SkipReason(f"run {going_on[0].run_id} is going on")
        return _request(settings, set(), _look(settings, context))

    refreshing = [
        schedule(
            "refresh",
            f"*/{settings.refresh_minutes} * * * *",
            "All days that have changed in the source, today among them, every REFRESH_MINUTES.",
            refresh,
        )
    ]
    return [
        *(refreshing if settings.today else []),
        schedule(
            "daily",
            "0 1 * * *",
            "All steps for yesterday, and for the days that have changed in the source, an hour after the day ended.",
            daily,
        ),
        schedule(
            "exact_nightly",
            "0 3 * * *",
            f"The days among the last {settings.exact_days} (EXACT_DAYS) whose rows differ from the source.",
            nightly,
        ),
        schedule("exact_weekly", "0 4 * * 0", "The days of all time whose rows differ from the source.", weekly),
    ]


def _look(
    settings: Settings,
    context: ScheduleEvaluationContext,
    exact_since: date | None = None,
    *,
    new_days: bool = True,
) -> Look:
    source, warehouse = postgres(settings), target_of(settings).warehouse
    return look_before_run(settings, context.instance, source, warehouse, exact_since=exact_since, new_days=new_days)


def _request(settings: Settings, asked: set[date], found: Look | None) -> Evaluated:
    changed = {day for day in found.days if has_day(settings, day)} if found else set()
    if not asked | changed:
        return SkipReason("no day has changed in the source since it was loaded")
    days = Days.of(asked | changed)
    tags = tags_of_look(found, days) if found else {}
    return RunRequest(tags={**tags, **({PARTITION_TAG: str(days)} if len(days) == 1 else tags_of_days(days))})
