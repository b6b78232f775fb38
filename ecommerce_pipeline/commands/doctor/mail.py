"""What `doctor` checks of alerts by mail: each returns what is well, or raises the remedy."""

from ecommerce_pipeline.alerts.transport import smtp_server
from ecommerce_pipeline.settings import Settings


def alerts(settings: Settings) -> str:
    """Check that the mail server lets us in."""
    if settings.smtp_host is None:
        kept = f"`make dev` keeps alerts in {settings.mail_dir}"
        return f"SMTP_HOST is not set: {kept}; elsewhere nobody hears of a failure"
    server = smtp_server(settings)
    with server.session():
        return f"{server} takes mail for {', '.join(settings.alert_to)}; `doctor --send-test-email` sends one"


def test_email(settings: Settings) -> str:
    """Send a mail to everybody who gets alerts."""
    from ecommerce_pipeline.alerts.self_test import send_test_email

    return send_test_email(settings)
