"""Errors of PostgreSQL's clients as PlatformErrors: which server, the cause, whether a retry helps, and the remedy."""

from typing import Final

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.resources.postgres.address import Address

CHECK: Final = (
    "check that the server runs and that POSTGRES_HOST and the other POSTGRES_* settings are right "
    "(`ecommerce-pipeline doctor` tests them)"
)
_REMEDIES: Final = {
    "certificate verify failed": "the server's certificate is not signed by an authority in POSTGRES_SSLROOTCERT: add "
    "the authority's certificate to that file, or correct POSTGRES_HOST",
    "does not match host name": "set POSTGRES_HOST to a name in the server's certificate, or "
    "POSTGRES_SSLMODE=verify-ca to trust any server of that authority",
    "server does not support SSL": "enable TLS on the server, or lower POSTGRES_SSLMODE, which sends data unencrypted",
    "certificate required": "the server demands a client certificate: set POSTGRES_SSLCERT and POSTGRES_SSLKEY",
    "private key file": "restrict the file POSTGRES_SSLKEY to mode 0600, and use a PEM key",
    "permission denied": "grant the missing permission to the role; the statements are in deploy/postgres",
}
"""Remedies by the text of libpq or the server."""

TRANSIENT_SQLSTATES: Final = ("08", "53", "40001", "40P01", "55P03", "57P01", "57P02", "57P03")
"""SQLSTATEs, or their first characters, of transient errors.

Lost connections, insufficient resources (memory, disk, connections), serialization failures, deadlocks, locks, and a
server that stops or starts: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

TRANSIENT_TEXTS: Final = (
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
"""Texts of transient errors without a SQLSTATE: the server was not reached, or DuckDB sent the query."""


def server_error(address: Address, error: Exception) -> PlatformError:
    """Return a client's error as a PlatformError; clients repeat the connection string in their messages."""
    text = str(error).replace(address.conninfo, str(address))
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
    # A host name with several addresses gives a line for each, and the first is often one that nothing listens on.
    known = ((line, remedy) for pattern, remedy in _REMEDIES.items() for line in lines if pattern in line)
    reason, remedy = next(known, (lines[0], CHECK))
    error_type = TransientError if remedy == CHECK and is_transient(error) else PlatformError
    return error_type(f"PostgreSQL at {address}: {reason}. No partial data was written; {remedy}, then run it again.")


def is_transient(error: Exception) -> bool:
    """Return whether the same work may succeed a moment later."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state.strip("\0"):
        return state.startswith(TRANSIENT_SQLSTATES)
    text = str(error).lower()
    return any(transient in text for transient in TRANSIENT_TEXTS)
