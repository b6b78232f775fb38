"""The test email, which shows whether alerts are delivered."""

import socket
import time
from uuid import uuid4

from ecommerce_pipeline.alerts.content import PREFIX, Content, Line, Section
from ecommerce_pipeline.alerts.email import message_of
from ecommerce_pipeline.alerts.formatting import moment
from ecommerce_pipeline.alerts.transport import transport_of
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings


def send_test_email(settings: Settings) -> str:
    """Send a test email to every recipient of alerts.

    Returns:
        The server's answer.

    Raises:
        PlatformError: The server cannot be reached, or refused a recipient.
    """
    to = list(
        dict.fromkeys([*settings.alert_default, *(one for route in settings.alert_routes.values() for one in route)])
    )
    now = time.time()
    content = Content(
        subject=f"{PREFIX} Test: alerts reach you",
        tone="note",
        title="Alerts reach you",
        lead="Nothing failed. This is a test, sent by `ecommerce-pipeline doctor --send-test-email`.",
        facts=[
            ("Sent from", [Line(socket.gethostname())]),
            ("When", [Line(moment(now))]),
            ("To", [Line(", ".join(to))]),
        ],
        sections=[Section("Example of a command", "command", [Line("ecommerce-pipeline status")])],
        links=[Line("Open the UI", Ui(settings.ui_url).page("/overview"))],
        footer=f"{settings.ui_url}: this platform's Dagster. When it sends emails: docs/alerts.md.",
    )
    domain = settings.alert_sender.rpartition("@")[2]
    message = message_of(
        content, message_id=f"test-{uuid4().hex}@{domain}", sender=settings.alert_sender, to=to, written=now
    )
    transport = transport_of(settings)
    with transport.session() as session:
        receipt = session.send(message, settings.alert_sender, to)
    if receipt.refused:
        refused = "; ".join(f"{recipient}: {answer}" for recipient, answer in receipt.refused.items())
        accepted = f"accepted for {', '.join(receipt.taken)}, " if receipt.taken else ""
        raise PlatformError(f"mail server {transport}: {accepted}refused for {refused}")
    location = (
        ""
        if settings.smtp_host
        else f"; SMTP_HOST is not set, so the email is kept: read it at {settings.mail_dir / 'index.html'}"
    )
    return f"{transport} accepted it for {', '.join(receipt.taken)}: {receipt.answer}{location}"
