"""The daily schedule."""

from typing import Any

from dagster import DefaultScheduleStatus, ScheduleDefinition, build_schedule_from_partitioned_job

from ecommerce_pipeline.automation.steps import EVERYTHING


def schedules(jobs: list[Any]) -> list[ScheduleDefinition]:
    """Return the daily schedule: all steps for yesterday (UTC), an hour after that day ended."""
    everything = next(job for job in jobs if job.name == EVERYTHING)
    schedule = build_schedule_from_partitioned_job(
        everything,
        name="daily",
        description="All steps for yesterday's partition, an hour after the UTC day ended.",
        hour_of_day=1,
        default_status=DefaultScheduleStatus.STOPPED,
    )
    return [schedule]  # type: ignore[list-item]
