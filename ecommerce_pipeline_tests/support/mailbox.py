"""A real mail server on loopback for the tests, with login, STARTTLS or TLS, and scripted replies."""

import asyncio
import re
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass
class Mailbox:
    """The server; it keeps its port when it is stopped and started again.

    Attributes:
        login: The user and password that it requires.
        security: none, starttls or tls.
        name: The name in its certificate.
        authority: The authority that signs the certificate.
        moods: Its replies to the next messages: a reply to DATA, or `drop` to close the connection without one.
        strangers: Recipients that it rejects, with the reply.
        greeted: The names that clients gave. Like many servers, it accepts only full host names and addresses.
    """

    login: tuple[str, str] | None = None
    security: str = "none"
    name: str = "localhost"
    authority: trustme.CA = field(default_factory=trustme.CA)
    moods: deque[str] = field(default_factory=deque)
    strangers: dict[str, str] = field(default_factory=dict)
    received: list[tuple[list[str], bytes]] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)
    port: int = 0

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(self.name).configure_cert(context)
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(
                    self,
                    hostname="localhost",
                    loop=self._loop,
                    tls_context=context if self.security == "starttls" else None,
                    require_starttls=self.security == "starttls",
                    auth_required=self.login is not None,
                    auth_require_tls=self.security == "starttls",
                    authenticator=self._authenticate if self.login else None,
                ),
                "127.0.0.1",
                self.port,
                ssl=context if self.security == "tls" else None,
            )
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _, content in self.received]

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        assert self.login is not None
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self.login, handled=False)

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, name: str, responses: list[str]
    ) -> list[str]:
        self.greeted.append(name)
        if not re.fullmatch(r"[\w-]+(\.[\w-]+)+|\[[\d.]+\]|\[IPv6:[\da-f:]+\]", name):
            return [f"504 5.5.2 <{name}>: Helo command rejected: need fully-qualified hostname"]
        session.host_name = name
        return responses

    async def handle_HELO(self, server: Any, session: Any, envelope: Any, name: str) -> str:  # noqa: N802
        return (await self.handle_EHLO(server, session, envelope, name, ["250 localhost"]))[0]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.strangers:
            return self.strangers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mood = self.moods.popleft() if self.moods else "250 OK queued"
        if mood.startswith("250") or mood == "drop":
            self.received.append((list(envelope.rcpt_tos), envelope.content))
        if mood == "drop":
            server.transport.abort()
        return mood


def text_of(mail: EmailMessage) -> str:
    """Return a mail's plain text."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Return a mail's HTML."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
