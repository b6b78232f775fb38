"""Where emails are sent: the SMTP server of the settings, or the mail catcher on this machine."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ecommerce_pipeline.resources.mail.session import SmtpSession
from ecommerce_pipeline.resources.mail.smtp import SmtpServer
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.mail import MailSettings


class Transport(Protocol):
    """Accepts emails."""

    def session(self) -> AbstractContextManager[SmtpSession]:
        """Open a connection."""
        ...


@dataclass(frozen=True)
class MailCatcherTransport:
    """Stores emails in a folder, by a real mail server on loopback that runs only during delivery."""

    folder: Path

    def __str__(self) -> str:
        return "the mail catcher on this machine"

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Start the mail server and open a connection to it."""
        # Imports a server, which only an unconfigured platform needs.
        from ecommerce_pipeline.resources.mail.catcher import mail_catcher

        with (
            mail_catcher(self.folder) as port,
            SmtpServer("127.0.0.1", port, security="none").session() as session,
        ):
            yield session


def transport_of(settings: Settings) -> Transport:
    """Return the transport: the mail server, or the mail catcher if none is configured."""
    return smtp_server(settings) if settings.smtp_host else MailCatcherTransport(settings.mail_dir)


def smtp_server(settings: MailSettings) -> SmtpServer:
    """Return the mail server that the settings name."""
    host, port = settings.smtp_address
    return SmtpServer(
        host,
        port,
        settings.smtp_security,
        user=settings.smtp_user,
        ca_file=settings.smtp_ca_file,
        ehlo_name=settings.smtp_ehlo_name,
        timeout=settings.smtp_timeout,
    )
