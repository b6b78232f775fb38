"""Who takes an e-mail: the SMTP server of the settings, or the mail catcher of this machine."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ecommerce_pipeline.resources.mail.session import SmtpSession
from ecommerce_pipeline.resources.mail.smtp import SmtpServer
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.mail import MailSettings


class Post(Protocol):
    """What takes letters: a mail server, or the one that keeps them on this machine."""

    def session(self) -> AbstractContextManager[SmtpSession]:
        """Open a connection."""
        ...


@dataclass(frozen=True)
class LocalPost:
    """Keeps letters in a folder, through a real mail server on loopback that is there while they are delivered."""

    folder: Path

    def __str__(self) -> str:
        return "the mail catcher of this machine"

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Open the mail server and a connection to it."""
        # Only where nothing is configured; it imports a server.
        from ecommerce_pipeline.resources.mail.catcher import mail_catcher

        with (
            mail_catcher(self.folder) as port,
            SmtpServer("127.0.0.1", port, security="none").session() as session,
        ):
            yield session


def post(settings: Settings) -> Post:
    """Return what takes letters: the mail server, or a folder where none is configured."""
    return smtp_server(settings) if settings.smtp_host else LocalPost(settings.mail_dir)


def smtp_server(settings: MailSettings) -> SmtpServer:
    """Return the mail server that the settings name."""
    host, port = settings.smtp_address
    return SmtpServer(
        host,
        port,
        settings.smtp_security,
        user=settings.smtp_user,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
    )
