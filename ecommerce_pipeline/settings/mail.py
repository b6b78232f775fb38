"""Settings of alerts and e-mail: a part of `Settings`.

The password of the mail server is a secret, read when connecting: see `settings.secrets`.
"""

import ipaddress
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ecommerce_pipeline.settings.parsers import address, addresses, host_name, parsed, routes, web_address

DEFAULT_PORTS: Final = {"none": 25, "starttls": 587, "tls": 465}
LOCAL_SENDER: Final = "alerts@localhost"
LOCAL_READER: Final = "you@localhost"


class MailSettings(BaseModel):
    """The settings of alerts and e-mail; the name of a variable is the field's in capitals."""

    model_config = ConfigDict(frozen=True)

    smtp_host: Annotated[str, parsed(host_name)] | None = Field(
        None, description="mail server; unset: no alerts, except that `dg dev` keeps them in a folder"
    )
    smtp_port: int | None = Field(
        None, ge=1, le=65535, description="port of SMTP_HOST; by default 587, 465 for tls, 25 for none"
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="encryption of the connection; the server's certificate is always verified"
    )
    smtp_user: str | None = Field(None, description="user name; SMTP_PASSWORD is read when connecting")
    smtp_ca_file: Path | None = Field(None, description="CA certificates (PEM) to trust instead of the system's")
    smtp_ehlo_name: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$|^\[[0-9A-Za-z:.]+\]$",
        description="name of this machine in EHLO; unset: its full host name, or its address in brackets",
    )
    smtp_timeout: float = Field(10, gt=0, le=30, description="timeout for each reply of the server, in seconds")

    alert_from: Annotated[str, parsed(address)] | None = Field(None, description="sender of alerts")
    alert_to: Annotated[tuple[str, ...], parsed(addresses)] = Field(
        (), description="recipients of alerts whose asset's owner has no route: a,b"
    )
    alert_routes: Annotated[dict[str, tuple[str, ...]], parsed(routes)] = Field(
        {}, description="recipients by owner of the asset: team:finance=a,b;ann@example.com=c"
    )
    alert_recovery: bool = Field(True, description="whether to send an e-mail when a failure is over")
    alert_remind_minutes: int = Field(
        60, ge=1, description="time to the first reminder of a repeated failure; it doubles with each, up to a day"
    )
    alert_backfill_minutes: int = Field(
        10, ge=0, description="longest time that failures of a running backfill are collected before an e-mail"
    )
    alert_late_hours: float = Field(
        3, gt=0, le=48, description="hours after its scheduled time from which a partition counts as late"
    )
    ui_url: Annotated[str, parsed(web_address)] = Field(
        "http://127.0.0.1:3000", description="address of the Dagster UI for the recipients"
    )

    @model_validator(mode="after")
    def _check_completeness(self) -> "MailSettings":
        if self.smtp_host is None:
            return self
        missing = [name for name, value in (("ALERT_TO", self.alert_to), ("ALERT_FROM", self.alert_from)) if not value]
        if missing:
            raise ValueError(f"SMTP_HOST={self.smtp_host} is set, so {' and '.join(missing)} must be set too")
        if self.smtp_user and self.smtp_security == "none" and not _is_loopback(self.smtp_host):
            raise ValueError(
                "SMTP_USER with SMTP_SECURITY=none would send the password unencrypted: "
                "set SMTP_SECURITY to starttls or tls, or unset SMTP_USER"
            )
        if self.smtp_ca_file is not None and not self.smtp_ca_file.is_file():
            raise ValueError(f"SMTP_CA_FILE={self.smtp_ca_file}: there is no such file")
        return self

    @property
    def alert_sender(self) -> str:
        """The sender, or a default for alerts kept on this machine."""
        return self.alert_from or LOCAL_SENDER

    @property
    def alert_default(self) -> tuple[str, ...]:
        """The recipients of alerts without a route, or a default for alerts kept on this machine."""
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
