"""When the platform runs by itself."""

from typing import Any

from dagster import DefaultScheduleStatus, ScheduleDefinition, build_schedule_from_partitioned_job

from ecommerce_pipeline.automation.jobs import EVERYTHING


def schedules(jobs: list[Any]) -> list[ScheduleDefinition]:
    """Return the daily schedule: everything, for yesterday (UTC), once its rows are written."""
    everything = next(job for job in jobs if job.name == EVERYTHING)
    schedule = build_schedule_from_partitioned_job(
        everything,
        name="daily",
        description="Everything for yesterday's partition, an hour after the UTC day ended.",
        hour_of_day=1,
        default_status=DefaultScheduleStatus.STOPPED,
    )
    return [schedule]  # type: ignore[list-item]
