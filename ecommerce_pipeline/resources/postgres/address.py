"""Where a PostgreSQL server is, and what to say when it does not answer: the password stays out of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from psycopg.conninfo import make_conninfo

from ecommerce_pipeline.errors import PlatformError, TransientError

CONNECT_TIMEOUT_SECONDS = 10
TLS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""What libpq calls its settings of TLS; ours are named POSTGRES_<it>."""
LOCAL: Final[dict[str, str]] = {"sslmode": "disable"}
"""The TLS of a server on loopback that is ours."""

CHECK: Final = "check that the server runs and that POSTGRES_* name it (`ecommerce-pipeline doctor` does)"
_REMEDIES: Final = {
    "certificate verify failed": "it is not signed by an authority in POSTGRES_SSLROOTCERT: put the authority's "
    "certificate there, or name the server that has one",
    "does not match host name": "set POSTGRES_HOST to a name that the certificate has, or POSTGRES_SSLMODE=verify-ca "
    "to trust any server of that authority",
    "server does not support SSL": "let the server speak TLS, or lower POSTGRES_SSLMODE, which sends data unencrypted",
    "certificate required": "the server wants a certificate of ours: set POSTGRES_SSLCERT and POSTGRES_SSLKEY",
    "private key file": "give POSTGRES_SSLKEY the rights 0600, and name a key in PEM",
    "permission denied": "grant the role what it lacks, deploy/postgres has the statements",
}
"""What helps, by libpq's or the server's own words."""

PASSING_CLASSES: Final = ("08", "53", "40001", "40P01", "55P03", "57P01", "57P02", "57P03")
"""SQLSTATEs, or beginnings of them, of what passes: https://www.postgresql.org/docs/current/errcodes-appendix.html

Lost connections, too few resources (memory, disk, connections), serialization failures, deadlocks, locks, and a server
that stops or starts.
"""

PASSING_WORDS: Final = (
    "connection refused",
    "connection reset",
    "broken pipe",
    "server closed the connection",
    "terminating connection",
    "connection to server was lost",
    "connection is closed",
    "timeout expired",
    "is starting up",
    "is shutting down",
    "in recovery mode",
    "too many clients",
    "deadlock detected",
    "could not serialize access",
    "no space left on device",
    "temporary failure in name resolution",
    "no connection to the server",
    "closed unexpectedly",
    "eof detected",
    "could not receive data from server",
    "could not send data to server",
)
"""What libpq says where no SQLSTATE comes along: the server was not reached, or DuckDB asked it."""


@dataclass(frozen=True)
class Address:
    """Where a PostgreSQL server is and how to log in; printing it does not show the password.

    Attributes:
        tls: libpq's settings of TLS, by the names in TLS.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    tls: Mapping[str, str] = field(default_factory=dict)

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
            options="-c timezone=UTC",
            **self.tls,
        )

    def broken(self, error: Exception) -> PlatformError:
        """Say that this server did not answer or broke off; clients repeat the connection string in their messages."""
        text = str(error).replace(self.conninfo, str(self))
        lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
        # A name with several addresses gives a line each; the first is often of the one where nobody listens.
        known = ((line, remedy) for said, remedy in _REMEDIES.items() for line in lines if said in line)
        reason, remedy = next(known, (lines[0], CHECK))
        kind = TransientError if remedy == CHECK and passes(error) else PlatformError
        return kind(f"PostgreSQL at {self}: {reason}. Nothing is half written; {remedy}, then run it again.")


def passes(error: Exception) -> bool:
    """Return whether an error of a PostgreSQL client passes by itself: the same work may succeed a moment later."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state.strip("\0"):
        return state.startswith(PASSING_CLASSES)
    text = str(error).lower()
    return any(words in text for words in PASSING_WORDS)
