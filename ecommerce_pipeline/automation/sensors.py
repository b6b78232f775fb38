"""The sensor that sends alerts by email. What a tick of it does is in `alerts/`."""

from typing import Final

from dagster import DefaultSensorStatus, SensorDefinition, SensorEvaluationContext, SkipReason, sensor

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.process import in_dagster_dev
from ecommerce_pipeline.settings import Settings

SECONDS_BETWEEN_TICKS: Final = 15
SECONDS_BETWEEN_NOTICES: Final = 86_400
OFF: Final = (
    "Alerts are off: SMTP_HOST is not set, so failures are not reported. "
    "Set SMTP_HOST, ALERT_FROM and ALERT_TO (docs/alerts.md), and reload the code location."
)


def sensors(settings: Settings) -> list[SensorDefinition]:
    """Return the alerts sensor; without a mail server, outside `dg dev`, it only reports daily that it is off."""
    on = settings.smtp_host is not None or in_dagster_dev()

    @sensor(
        name="alerts",
        description="Emails each failure, once, to its owners (docs/alerts.md)." if on else OFF,
        minimum_interval_seconds=SECONDS_BETWEEN_TICKS if on else SECONDS_BETWEEN_NOTICES,
        default_status=DefaultSensorStatus.RUNNING,
    )
    def alerts(context: SensorEvaluationContext) -> SkipReason:
        return alerts_tick(context, settings) if on else SkipReason(OFF)

    return [alerts]


def alerts_tick(context: SensorEvaluationContext, settings: Settings) -> SkipReason:
    """Collect new problems and deliver the emails that are due.

    Raises:
        PlatformError: An email could not be delivered; it stays queued for another attempt.
    """
    # Not needed when a run loads the code location.
    from ecommerce_pipeline.alerts.tick import Alerting

    if context.repository_def is None:
        raise PlatformError("the alerts sensor needs a code location")
    origin = context.code_location_origin
    location = origin.location_name if origin else "ecommerce_pipeline"
    report = Alerting(context.instance, context.repository_def, settings, location).tick()
    location_hint = "" if settings.smtp_host else f" Read them at {settings.mail_dir / 'index.html'}"
    for _, delivered in report.delivered:
        context.log.info(
            f"Emailed to {', '.join(delivered.to)}: {delivered.subject} ({delivered.answer}).{location_hint}"
        )
    if report.error:
        raise PlatformError(f"{report.error}. Alerts in the queue: {report.waiting}; none is lost.")
    if report.delivered:
        return SkipReason(f"Alerts sent: {len(report.delivered)}.{location_hint}")
    return SkipReason(f"Alerts in the queue: {report.waiting}." if report.waiting else "Nothing new.")
