"""Sending one message in an open SMTP connection, as a transaction with a known outcome for each recipient."""

import smtplib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import Final

from ecommerce_pipeline.errors import PlatformError

OK: Final = {250}
RECIPIENT_OK: Final = {250, 251}
START_MESSAGE: Final = {354}
SERVICE_CLOSES: Final = 421
ERRORS: Final = range(400, 600)
LONGEST_REPLY: Final = 300


class MailServerError(PlatformError):
    """The mail server cannot be reached, or rejects the connection or login; no message was sent."""


class UnexpectedReplyError(MailServerError):
    """The reply is neither the expected one nor an error: the server does not speak SMTP, or is out of step."""


class MailInDoubtError(MailServerError):
    """The whole message was sent, and the reply was lost or is unintelligible: the server may have accepted it."""


@dataclass(frozen=True)
class Receipt:
    """The outcome of sending a message.

    Attributes:
        taken: The recipients for whom the server accepted the message.
        refused: The other recipients, with the server's reply.
        answer: The server's last reply.
    """

    taken: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = ""


class SmtpSession:
    """An open connection to a mail server."""

    def __init__(self, server: str, connection: smtplib.SMTP) -> None:
        self._server = server
        self._connection = connection

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Receipt:
        """Send a message.

        Returns:
            For which recipients the server accepted it, possibly none.

        Raises:
            MailServerError: The connection is unusable; the message was not accepted.
            MailInDoubtError: The server may or may not have accepted the message.
        """
        connection = self._connection
        try:
            code, reply = connection.mail(sender)
            if self._is_error(code, reply, OK):
                return self._rejected(recipients, code, reply)
            refused = {}
            for recipient in recipients:
                code, reply = connection.rcpt(recipient)
                if self._is_error(code, reply, RECIPIENT_OK):
                    refused[recipient] = reply_text(code, reply)
                if code == SERVICE_CLOSES:
                    raise MailServerError(f"mail server {self._server} replied {reply_text(code, reply)}")
            if len(refused) == len(recipients):
                connection.rset()
                return Receipt(refused=refused, answer=list(refused.values())[-1])
            connection.putcmd("data")
            code, reply = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"mail server {self._server} closed the connection: {error}") from None
        if self._is_error(code, reply, START_MESSAGE):
            return self._rejected(recipients, code, reply)
        try:
            connection.send(_encoded(message))
            code, reply = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise MailInDoubtError(
                f"mail server {self._server} closed the connection before it confirmed the message: {error}"
            ) from None
        try:
            if self._is_error(code, reply, OK):
                return self._rejected(recipients, code, reply)
        except UnexpectedReplyError as error:
            raise MailInDoubtError(f"{error} to a whole message: it may have been accepted") from None
        taken = [recipient for recipient in recipients if recipient not in refused]
        return Receipt(taken, refused, reply_text(code, reply))

    def _is_error(self, code: int, reply: bytes, expected: Collection[int]) -> bool:
        """Return whether a reply is an error, as opposed to an expected one (RFC 5321, 4.3.2).

        Raises:
            UnexpectedReplyError: It is neither.
        """
        if code in expected or code in ERRORS:
            return code in ERRORS
        raise UnexpectedReplyError(f"mail server {self._server} sent an unexpected reply ({reply_text(code, reply)})")

    def _rejected(self, recipients: Sequence[str], code: int, reply: bytes) -> Receipt:
        answer = reply_text(code, reply)
        if code == SERVICE_CLOSES:
            raise MailServerError(f"mail server {self._server} replied {answer}")
        with suppress(smtplib.SMTPException, OSError):
            self._connection.rset()
        return Receipt(refused=dict.fromkeys(recipients, answer), answer=answer)


def reply_text(code: int, text: bytes | str) -> str:
    """Return a server's reply in one line.

    Of a reply that does not begin with a code, smtplib returns -1 and the text from the fifth character on.
    """
    reply = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code if code >= 0 else 'no SMTP code: ...'} {' '.join(reply.split())}"[:LONGEST_REPLY]


def _encoded(message: EmailMessage) -> bytes:
    """Return a message as DATA sends it: leading dots doubled, and ended by a line with one dot (RFC 5321, 4.5.2)."""
    lines = message.as_bytes(policy=SMTP_POLICY).rstrip(b"\r\n").split(b"\r\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
