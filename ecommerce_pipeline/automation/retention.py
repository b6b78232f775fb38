"""With RETAIN_PERSONAL_DAYS: by night, personal values that are older become what those of the forgotten become."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dagster import DefaultScheduleStatus, JobDefinition, OpExecutionContext, ScheduleDefinition, job, op

from ecommerce_pipeline.privacy.places import remove_older_than
from ecommerce_pipeline.settings import Settings

NAME = "retention"


def retention_jobs(settings: Settings) -> list[JobDefinition]:
    """Return the job that removes old personal values; none without RETAIN_PERSONAL_DAYS."""
    days = settings.retain_personal_days
    if days is None:
        return []

    @op(description=f"Remove personal values that are older than {days} days (RETAIN_PERSONAL_DAYS).")
    def remove_old_personal_values(context: OpExecutionContext) -> None:
        today = datetime.now(ZoneInfo(settings.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        removed = remove_older_than(settings, today - timedelta(days=days))
        context.add_output_metadata({"rows": sum(removed.values()), "places": len(removed)})
        for where, rows in removed.items():
            context.log.info(f"{where}: {rows} rows")

    @job(name=NAME, description="Personal values that are older than RETAIN_PERSONAL_DAYS go from lake and warehouse.")
    def retention() -> None:
        remove_old_personal_values()

    return [retention]


def retention_schedules(settings: Settings, jobs: list[JobDefinition]) -> list[ScheduleDefinition]:
    """Return the schedule of the job, which is off until somebody turns it on."""
    return [
        ScheduleDefinition(
            name=NAME,
            cron_schedule="30 4 * * *",
            job=one,
            execution_timezone=settings.time_zone,
            description=one.description,
            default_status=DefaultScheduleStatus.STOPPED,
        )
        for one in jobs
    ]
