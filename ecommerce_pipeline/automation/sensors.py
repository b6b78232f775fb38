"""What the platform keeps an eye on by itself: the sensor that mails alerts. What it does is in `alerts/`."""

import os
from typing import Final

from dagster import DefaultSensorStatus, SensorDefinition, SensorEvaluationContext, SkipReason, sensor

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings

SECONDS_BETWEEN_TICKS: Final = 15
SECONDS_BETWEEN_NOTICES: Final = 86_400
OFF: Final = (
    "Alerts are off: SMTP_HOST is not set, and nobody would hear of a failure. "
    "Set SMTP_HOST, ALERT_FROM and ALERT_TO (docs/alerts.md), and reload the code location."
)


def sensors(settings: Settings) -> list[SensorDefinition]:
    """Return the sensor of alerts; without a mail server, and outside `dagster dev`, it only says so, once a day."""
    on = settings.smtp_host is not None or in_dagster_dev()

    @sensor(
        name="alerts",
        description="Mails what failed, once, to those who own it (docs/alerts.md)." if on else OFF,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS if on else SECONDS_BETWEEN_NOTICES,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def alerts(context: SensorEvaluationContext) -> SkipReason:
        return alerts_tick(context, settings) if on else SkipReason(OFF)

    return [alerts]


def in_dagster_dev() -> bool:
    """Return whether this process was started by `dagster dev`, which says so to its children."""
    return bool(os.environ.get("DAGSTER_IS_DEV_CLI"))


def alerts_tick(context: SensorEvaluationContext, settings: Settings) -> SkipReason:
    """Take in what is new and deliver what is due.

    Raises:
        PlatformError: Mail could not be delivered; it is kept, and tried again.
    """
    # Not needed where the code location is loaded for a run.
    from ecommerce_pipeline.alerts.tick import Alerting

    if context.repository_def is None:
        raise PlatformError("the sensor of alerts works in a code location only")
    origin = context.code_location_origin
    location = origin.location_name if origin else "ecommerce_pipeline"
    report = Alerting(context.instance, context.repository_def, settings, location).tick()
    where = "" if settings.smtp_host else f" Read them at {settings.mail_dir / 'index.html'}"
    for _, delivered in report.delivered:
        context.log.info(f"Mailed to {', '.join(delivered.to)}: {delivered.subject} ({delivered.answer}).{where}")
    if report.trouble:
        raise PlatformError(f"{report.trouble}. Alerts that wait: {report.waiting}; none is lost.")
    if report.delivered:
        return SkipReason(f"Alerts mailed: {len(report.delivered)}.{where}")
    return SkipReason(f"Alerts that wait for the mail server: {report.waiting}." if report.waiting else "Nothing new.")
