"""The client of a mail server: connection, encryption and login.

The content of a message, and when to retry, are not known here.
"""

import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.mail.session import MailServerError, SmtpSession, reply_text
from ecommerce_pipeline.settings.secrets import read_secret

SESSION_SECONDS: Final = 40.0
"""Time limit of a connection, against servers that reply byte by byte; Dagster allows a sensor tick 60 seconds."""


class _WithDeadline:
    """Shuts the connection down after a time limit: a socket's timeout restarts with every byte received."""

    sock: socket.socket | None = None

    def __init__(self, *arguments: Any, session_seconds: float, **more: Any) -> None:
        self._timer = threading.Timer(session_seconds, self._shut_down)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*arguments, **more)
        except BaseException:
            self._timer.cancel()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._timer.cancel()
        super().close()  # type: ignore[misc]

    def _shut_down(self) -> None:
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
        host: Host name or address.
        port: Port.
        security: starttls, tls or none.
        user: User name, if a login is needed; the password is read when connecting.
        ca_file: CA certificates to trust instead of the system's.
        ehlo_name: The name that the client gives of itself; by default this machine's.
        timeout: Timeout for each reply, in seconds.
        session_seconds: Time limit of a connection.
    """

    host: str
    port: int
    security: str = "starttls"
    user: str | None = None
    ca_file: Path | None = None
    ehlo_name: str | None = None
    timeout: float = 10
    session_seconds: float = SESSION_SECONDS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @contextmanager
    def session(self) -> Iterator[SmtpSession]:
        """Connect and log in.

        Raises:
            MailServerError: The server cannot be reached, has no trusted certificate, or rejects the login.
        """
        with self._clear_errors():
            connection = self._connect()
        try:
            with self._clear_errors():
                self._log_in(connection)
            yield SmtpSession(str(self), connection)
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        finally:
            connection.close()

    def _connect(self) -> smtplib.SMTP:
        # A name must be given: smtplib would look up the full host name, which can take a name server's whole timeout.
        more: dict[str, Any] = {
            "local_hostname": "localhost",
            "timeout": self.timeout,
            "session_seconds": self.session_seconds,
        }
        if self.security == "tls":
            connection: smtplib.SMTP = _Tls(self.host, self.port, context=self._tls_context(), **more)
        else:
            connection = _Plain(self.host, self.port, **more)
        try:
            if connection.sock is not None:
                connection.local_hostname = self.ehlo_name or own_name(connection.sock.getsockname()[0])
            if self.security == "starttls":
                connection.starttls(context=self._tls_context())
        except BaseException:
            connection.close()
            raise
        return connection

    def _tls_context(self) -> ssl.SSLContext:
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
            reply = reply_text(error.smtp_code, error.smtp_error)
            raise MailServerError(f"mail server {self} rejects the login of SMTP_USER={self.user}: {reply}") from None
        except smtplib.SMTPHeloError as error:
            raise MailServerError(
                f"mail server {self} rejects the name that this machine gave in EHLO "
                f"({reply_text(error.smtp_code, error.smtp_error)}): set SMTP_EHLO_NAME to one that it accepts"
            ) from None
        except smtplib.SMTPResponseException as error:
            raise MailServerError(
                f"mail server {self} replied {reply_text(error.smtp_code, error.smtp_error)}"
            ) from None
        except smtplib.SMTPNotSupportedError as error:
            raise MailServerError(
                f"mail server {self}: {error} It does not support what SMTP_SECURITY={self.security} or SMTP_USER need"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise MailServerError(
                f"mail server {self} has no trusted certificate ({error.verify_message}): "
                "correct SMTP_HOST, or set SMTP_CA_FILE to the certificate of its authority"
            ) from None
        except ssl.SSLError as error:
            raise MailServerError(
                f"mail server {self} does not support the encryption of SMTP_SECURITY={self.security} ({error.reason})"
            ) from None
        except UnicodeEncodeError:
            raise MailServerError(f"mail server {self}: user and password must consist of ASCII characters") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailServerError(f"mail server {self} cannot be reached: {error}") from None


def own_name(address: str) -> str:
    """Return this machine's full host name or, if it has none, its address; many servers reject a bare name.

    See RFC 5321, 4.1.3 and 4.1.4.

    Args:
        address: The local address of the connection.
    """
    name = socket.gethostname()
    if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name):
        return name
    return address_literal(address)


def address_literal(address: str) -> str:
    """Return an IP address as EHLO takes it.

    >>> address_literal("192.0.2.1"), address_literal("fe80::1%eth0")
    ('[192.0.2.1]', '[IPv6:fe80::1]')
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    return f"[{found}]" if found.version == 4 else f"[IPv6:{found}]"  # noqa: PLR2004 - IP's version
