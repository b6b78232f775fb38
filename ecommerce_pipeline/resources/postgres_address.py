"""Where a PostgreSQL server is, and what to say when it does not answer: the password stays out of both."""

from dataclasses import dataclass, field
from typing import Final

from psycopg.conninfo import make_conninfo

from ecommerce_pipeline.errors import PlatformError, TransientError

CONNECT_TIMEOUT_SECONDS = 10

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
    """Where a PostgreSQL server is and how to log in; printing it does not show the password."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str = "prefer"

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
            sslmode=self.sslmode,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name="ecommerce-pipeline",
            options="-c timezone=UTC",
        )

    def broken(self, error: Exception) -> PlatformError:
        """Say that this server did not answer or broke off; clients repeat the connection string in their messages."""
        text = str(error).replace(self.conninfo, str(self))
        if self.password:
            text = text.replace(self.password, "***")
        reason = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
        kind = TransientError if passes(error) else PlatformError
        return kind(
            f"PostgreSQL at {self}: {reason}. Nothing is half written; check that the server runs and that "
            "POSTGRES_* name it (`ecommerce-pipeline doctor` does), then run it again."
        )


def passes(error: Exception) -> bool:
    """Return whether an error of a PostgreSQL client passes by itself: the same work may succeed a moment later."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state.strip("\0"):
        return state.startswith(PASSING_CLASSES)
    text = str(error).lower()
    return any(words in text for words in PASSING_WORDS)
