"""Where a PostgreSQL server is, and what to say when it does not answer: the password stays out of both."""

from dataclasses import dataclass, field

from psycopg.conninfo import make_conninfo

from ecommerce_pipeline.errors import PlatformError

CONNECT_TIMEOUT_SECONDS = 10


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
        return PlatformError(
            f"PostgreSQL at {self}: {reason}. Nothing is half written; check that the server runs and that "
            "POSTGRES_* name it (`ecommerce-pipeline doctor` does), then run it again."
        )
