"""The address of a PostgreSQL server, with login and TLS; printing it does not show the password."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from psycopg.conninfo import make_conninfo

CONNECT_TIMEOUT_SECONDS = 10
SILENT_PEER: Final[dict[str, str]] = {
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""libpq's parameters by which a peer that no longer answers is noticed after a minute; systems wait for two hours."""
TLS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""libpq's TLS parameters; each is set by the variable POSTGRES_<NAME>."""
LOCAL: Final[dict[str, str]] = {"sslmode": "disable"}
"""The TLS parameters of the embedded server, which listens on loopback only."""


@dataclass(frozen=True)
class Address:
    """How to reach a PostgreSQL server and log in.

    Attributes:
        tls: libpq's TLS parameters, by the names in TLS.
        statement_seconds: How long a statement of reading may take; 0 for no limit.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    tls: Mapping[str, str] = field(default_factory=dict)
    statement_seconds: int = 0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}, database {self.database}, user {self.user}"

    @property
    def conninfo(self) -> str:
        """The libpq connection string, password included."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=self.database,
            user=self.user,
            password=self.password,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="ecommerce-pipeline",
            client_encoding="UTF8",
            # Poolers reject start-up options: `session` sets parameters in each transaction. Empty, so that PGOPTIONS
            # does not apply.
            options="",
            **SILENT_PEER,
            **self.tls,
        )
