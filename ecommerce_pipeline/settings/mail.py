"""The settings of alerts and mail: part of `Settings`, in a file of their own.

The password of the mail server is not here, see `settings.secrets`: it is read when connecting.
"""

import ipaddress
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

DEFAULT_PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}
LOCAL_SENDER: Final = "alerts@localhost"
LOCAL_READER: Final = "you@localhost"


def address(text: str) -> str:
    """Return a mail address as SMTP takes it: the domain in its ASCII form, without a display name.

    >>> address("Ann <ann@bücher.example>")
    'ann@xn--bcher-kva.example'

    Raises:
        ValueError: It is none.
    """
    found = parseaddr(text.strip())[1]
    name, _, domain = found.rpartition("@")
    wrong = ValueError(f"'{text.strip()}' is no mail address; write name@example.com")
    if not name or not domain or not name.isascii() or " " in found or not text.strip().isprintable():
        raise wrong
    try:
        domain = domain.encode("idna").decode()
        Address(username=name, domain=domain)
    except (UnicodeError, ValueError, IndexError):
        raise wrong from None
    return f"{name}@{domain}"


def _addresses(value: Any) -> Any:
    return tuple(address(part) for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _routes(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    routes = {}
    for route in filter(str.strip, value.split(";")):
        owner, equals, addresses = route.partition("=")
        if not equals or not owner.strip() or not _addresses(addresses):
            raise ValueError(f"'{route.strip()}' is no route; write OWNER=ADDRESS,ADDRESS;OWNER=ADDRESS")
        routes[owner.strip()] = _addresses(addresses)
    return routes


def _url(value: Any) -> Any:
    if isinstance(value, str) and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
        raise ValueError("is no address of a web page; write https://dagster.example.com")
    return value.rstrip("/") if isinstance(value, str) else value


def _one_address(value: Any) -> Any:
    return address(value) if isinstance(value, str) else value


class MailSettings(BaseModel):
    """The settings of alerts and mail; the name of a variable is the field's in capitals."""

    model_config = ConfigDict(frozen=True)

    smtp_host: str | None = Field(
        None, description="mail server; unset: alerts are off, or kept in a folder where `dagster dev` runs"
    )
    smtp_port: int | None = Field(
        None, ge=1, le=65535, description="its port; by default 587, 465 for tls, 25 for none"
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection is encrypted; the server's certificate is always verified"
    )
    smtp_user: str | None = Field(None, description="login; SMTP_PASSWORD is read when connecting")
    smtp_ca_file: Path | None = Field(None, description="certificates (PEM) to trust instead of the system's")
    smtp_timeout: float = Field(10, gt=0, le=30, description="seconds to wait for each answer of the server")

    alert_from: Annotated[str, BeforeValidator(_one_address)] | None = Field(None, description="sender")
    alert_to: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = Field(
        (), description="who gets alerts of assets whose owner has no route; a,b"
    )
    alert_routes: Annotated[dict[str, tuple[str, ...]], BeforeValidator(_routes)] = Field(
        {}, description="who gets alerts of an owner's assets; team:finance=a,b;ann@example.com=c"
    )
    alert_recovery: bool = Field(True, description="whether to write when it is over")
    alert_remind_minutes: int = Field(
        60, ge=1, description="first reminder of a failure that repeats; then twice as long each time, up to a day"
    )
    alert_backfill_minutes: int = Field(
        10, ge=0, description="how long failures of a running backfill are gathered at most"
    )
    alert_late_hours: float = Field(
        3, gt=0, le=48, description="a scheduled partition is late so many hours after its schedule's time"
    )
    ui_url: Annotated[str, BeforeValidator(_url)] = Field(
        "http://127.0.0.1:3000", description="the Dagster UI, as those who get mail reach it"
    )

    @model_validator(mode="after")
    def _mail_is_complete(self) -> "MailSettings":
        if self.smtp_host is None:
            return self
        missing = [name for name, value in (("ALERT_TO", self.alert_to), ("ALERT_FROM", self.alert_from)) if not value]
        if missing:
            raise ValueError(f"SMTP_HOST={self.smtp_host} is set, so {' and '.join(missing)} must be too")
        if self.smtp_user and self.smtp_security == "none" and not _is_loopback(self.smtp_host):
            raise ValueError(
                "SMTP_USER with SMTP_SECURITY=none would send the password readable to anyone on the way: "
                "set SMTP_SECURITY to starttls or tls, or leave SMTP_USER unset"
            )
        if self.smtp_ca_file is not None and not self.smtp_ca_file.is_file():
            raise ValueError(f"SMTP_CA_FILE={self.smtp_ca_file}: there is no such file")
        return self

    @property
    def alert_sender(self) -> str:
        """The sender; on this machine alone it may be left unset."""
        return self.alert_from or LOCAL_SENDER

    @property
    def alert_default(self) -> tuple[str, ...]:
        """Who gets what no route says; on this machine alone it may be left unset."""
        return self.alert_to or (LOCAL_READER,)

    @property
    def smtp_address(self) -> tuple[str, int]:
        """Host and port of the mail server."""
        return str(self.smtp_host), self.smtp_port or DEFAULT_PORTS[self.smtp_security]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
