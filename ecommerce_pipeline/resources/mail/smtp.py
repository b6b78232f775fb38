"""One mail over SMTP, as a transaction whose outcome is known: who has been served, who not, and what the server said.

What is in the mail, and when to try again, is not known here.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any, Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings.secrets import read_secret

SESSION_SECONDS: Final = 40.0
"""A server that answers byte by byte is cut off then; Dagster gives a sensor's tick 60 seconds."""

SERVICE_CLOSES: Final = 421
FIRST_ERROR: Final = 400


class MailServerError(PlatformError):
    """The mail server cannot be reached, or refuses us; nothing was handed over."""


class MailInDoubtError(MailServerError):
    """The connection broke while the server had the whole mail and had not answered yet: it may have taken it."""


@dataclass(frozen=True)
class Receipt:
    """What became of a mail.

    Attributes:
        taken: The recipients for whom the server has taken it.
        refused: The others, and what the server said.
        answer: What the server said last.
    """

    taken: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = ""


class _WithDeadline:
    """Cuts the connection when the session has lasted too long: timeouts of a socket begin anew with every byte."""

    sock: socket.socket | None = None

    def __init__(self, *arguments: Any, session_seconds: float, **more: Any) -> None:
        self._watch = threading.Timer(session_seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(*arguments, **more)
        except BaseException:
            self._watch.cancel()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._watch.cancel()
        super().close()  # type: ignore[misc]

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _Plain(_WithDeadline, smtplib.SMTP):
    pass


class _Tls(_WithDeadline, smtplib.SMTP_SSL):
    pass


@dataclass(frozen=True)
class SmtpServer:
    """A mail server and how to log in to it.

    Attributes:
        host: Its name.
        port: Its port.
        security: starttls, tls or none.
        user: Login, if one is needed; the password is read when connecting.
        ca_file: Certificates to trust instead of the system's.
        timeout: Seconds to wait for each answer.
        session_seconds: How long a connection may last.
    """

    host: str
    port: int
    security: str = "starttls"
    user: str | None = None
    ca_file: Path | None = None
    timeout: float = 10
    session_seconds: float = SESSION_SECONDS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def session(self) -> Iterator["SmtpSession"]:
        """Connect and log in.

        Raises:
            MailServerError: The server cannot be reached, cannot prove who it is, or refuses the login.
        """
        with self._clear_errors():
            connection = self._connect()
        try:
            with self._clear_errors():
                self._log_in(connection)
            yield SmtpSession(self, connection)
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        # The name that smtplib would look up for us can take a name server's whole timeout.
        more: dict[str, Any] = {
            "local_hostname": socket.gethostname() if socket.gethostname().isascii() else "localhost",
            "timeout": self.timeout,
            "session_seconds": self.session_seconds,
        }
        if self.security == "tls":
            return _Tls(self.host, self.port, context=self._trust(), **more)
        connection = _Plain(self.host, self.port, **more)
        if self.security == "starttls":
            try:
                connection.starttls(context=self._trust())
            except BaseException:
                connection.close()
                raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))

    def _log_in(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self.user is None:
            return
        connection.login(self.user, self._password())

    def _password(self) -> str:
        try:
            password = read_secret("SMTP_PASSWORD")
        except PlatformError as error:
            raise MailServerError(str(error)) from None
        if password is None:
            raise MailServerError("SMTP_USER is set, but neither SMTP_PASSWORD nor SMTP_PASSWORD_FILE is")
        return password

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            said = f"refuses the login of SMTP_USER={self.user}: {_said(error.smtp_code, error.smtp_error)}"
            raise MailServerError(f"mail server {self} {said}") from None
        except smtplib.SMTPResponseException as error:
            raise MailServerError(f"mail server {self} said {_said(error.smtp_code, error.smtp_error)}") from None
        except smtplib.SMTPNotSupportedError as error:
            raise MailServerError(
                f"mail server {self}: {error} It does not offer what SMTP_SECURITY={self.security} or SMTP_USER ask for"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise MailServerError(
                f"mail server {self} has no certificate to be trusted ({error.verify_message}): "
                "correct SMTP_HOST, or name its authority's certificate in SMTP_CA_FILE"
            ) from None
        except ssl.SSLError as error:
            raise MailServerError(
                f"mail server {self} does not speak TLS as SMTP_SECURITY={self.security} wants ({error.reason})"
            ) from None
        except UnicodeEncodeError:
            raise MailServerError(f"mail server {self}: user and password must be of ASCII characters") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"mail server {self} cannot be reached: {error}") from None


class SmtpSession:
    """An open connection to a mail server."""

    def __init__(self, server: SmtpServer, connection: smtplib.SMTP) -> None:
        self._server = server
        self._connection = connection

    def send(self, message: EmailMessage, sender: str, recipients: Sequence[str]) -> Receipt:
        """Hand over a mail.

        Returns:
            Who is served and who not; nobody may be.

        Raises:
            MailServerError: The connection is of no use any more; nothing was handed over.
            MailInDoubtError: The connection broke while it was open whether the mail is taken.
        """
        connection = self._connection
        try:
            code, said = connection.mail(sender)
            if code >= FIRST_ERROR:
                return self._nobody(recipients, code, said)
            refused = {}
            for recipient in recipients:
                code, said = connection.rcpt(recipient)
                if code >= FIRST_ERROR:
                    refused[recipient] = _said(code, said)
                if code == SERVICE_CLOSES:
                    raise MailServerError(f"mail server {self._server} said {_said(code, said)}")
            if len(refused) == len(recipients):
                connection.rset()
                return Receipt(refused=refused, answer=list(refused.values())[-1])
            connection.putcmd("data")
            code, said = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"mail server {self._server} broke off: {error}") from None
        if code >= FIRST_ERROR:
            return self._nobody(recipients, code, said)
        try:
            connection.send(_on_the_wire(message))
            code, said = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise MailInDoubtError(
                f"mail server {self._server} broke off before it said that it took it: {error}"
            ) from None
        if code >= FIRST_ERROR:
            return self._nobody(recipients, code, said)
        taken = [recipient for recipient in recipients if recipient not in refused]
        return Receipt(taken, refused, _said(code, said))

    def _nobody(self, recipients: Sequence[str], code: int, said: bytes) -> Receipt:
        answer = _said(code, said)
        if code == SERVICE_CLOSES:
            raise MailServerError(f"mail server {self._server} said {answer}")
        with suppress(smtplib.SMTPException, OSError):
            self._connection.rset()
        return Receipt(refused=dict.fromkeys(recipients, answer), answer=answer)


def _on_the_wire(message: EmailMessage) -> bytes:
    """Return a message with the dots of line beginnings doubled and the line that ends it (RFC 5321, 4.5.2)."""
    lines = message.as_bytes(policy=SMTP_POLICY).rstrip(b"\r\n").split(b"\r\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


def _said(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())}"[:300]
