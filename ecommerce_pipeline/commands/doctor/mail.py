"""What `doctor` checks of alerts by mail: each check returns what it found, or raises the remedy."""

from ecommerce_pipeline.alerts.transport import smtp_server
from ecommerce_pipeline.settings import Settings


def alerts(settings: Settings) -> str:
    """Check that the mail server accepts a session."""
    if settings.smtp_host is None:
        return (
            f"SMTP_HOST is not set: `make dev` keeps alerts in {settings.mail_dir}, other installations send no alerts"
        )
    server = smtp_server(settings)
    with server.session():
        return f"{server} accepts mail for {', '.join(settings.alert_to)}; `doctor --send-test-email` sends one"


def test_email(settings: Settings) -> str:
    """Send a test e-mail to everybody who gets alerts."""
    from ecommerce_pipeline.alerts.self_test import send_test_email

    return send_test_email(settings)
