"""The mail that shows that mail works, and what the server said to it."""

import socket
import time
from uuid import uuid4

from ecommerce_pipeline.alerts.content import PREFIX, Content, Line, Section
from ecommerce_pipeline.alerts.email import message_of
from ecommerce_pipeline.alerts.formatting import moment
from ecommerce_pipeline.alerts.transport import post
from ecommerce_pipeline.alerts.ui_links import Ui
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings


def send_test_email(settings: Settings) -> str:
    """Send a mail to everybody whom alerts go to.

    Returns:
        What the server said.

    Raises:
        PlatformError: The server cannot be reached, or refused somebody.
    """
    to = list(
        dict.fromkeys([*settings.alert_default, *(one for route in settings.alert_routes.values() for one in route)])
    )
    now = time.time()
    content = Content(
        subject=f"{PREFIX} Test: alerts reach you",
        tone="note",
        title="Alerts reach you",
        lead="Nothing failed. Somebody asked by `ecommerce-pipeline doctor --send-test-email` whether mail works.",
        facts=[
            ("Sent from", [Line(socket.gethostname())]),
            ("When", [Line(moment(now))]),
            ("To", [Line(", ".join(to))]),
        ],
        sections=[Section("This is how a command looks", "command", [Line("ecommerce-pipeline status")])],
        links=[Line("Open the UI", Ui(settings.ui_url).page("/overview"))],
        footer=f"{settings.ui_url}: this platform's Dagster. What is mailed when: docs/alerts.md.",
    )
    domain = settings.alert_sender.rpartition("@")[2]
    message = message_of(
        content, message_id=f"test-{uuid4().hex}@{domain}", sender=settings.alert_sender, to=to, written=now
    )
    where = post(settings)
    with where.session() as session:
        receipt = session.send(message, settings.alert_sender, to)
    if receipt.refused:
        refused = "; ".join(f"{recipient}: {said}" for recipient, said in receipt.refused.items())
        taken = f"taken for {', '.join(receipt.taken)}, " if receipt.taken else ""
        raise PlatformError(f"mail server {where}: {taken}refused for {refused}")
    kept = (
        ""
        if settings.smtp_host
        else f"; SMTP_HOST is not set, so it is kept: read it at {settings.mail_dir / 'index.html'}"
    )
    return f"{where} took it for {', '.join(receipt.taken)}: {receipt.answer}{kept}"
