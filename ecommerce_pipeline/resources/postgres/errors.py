"""Errors of PostgreSQL's clients as PlatformErrors: which server, the cause, whether a retry helps, and the remedy.

SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

import re
from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.resources.postgres.address import Address

CHECK: Final = (
    "check that the server runs and that POSTGRES_HOST and the other POSTGRES_* settings are right "
    "(`ecommerce-pipeline doctor` tests them)"
)


@dataclass(frozen=True)
class _Cause:
    """A cause of errors.

    Attributes:
        remedy: What to do.
        states: SQLSTATEs, or their first characters.
        texts: A pattern for errors without a SQLSTATE (the server was not reached, it rejected the login, or DuckDB
            sent the query); without `states`, for all errors.
        passes: Whether the same work may succeed a moment later.
    """

    remedy: str
    states: tuple[str, ...] = ()
    texts: str = r"(?!)"
    passes: bool = False


_CAUSES: Final = (
    _Cause(
        "the server's certificate is not signed by an authority in POSTGRES_SSLROOTCERT: add the authority's "
        "certificate to that file, or correct POSTGRES_HOST",
        texts="certificate verify failed",
    ),
    _Cause(
        "set POSTGRES_HOST to a name in the server's certificate, or POSTGRES_SSLMODE=verify-ca to trust any server of "
        "that authority",
        texts="does not match host name",
    ),
    _Cause(
        "enable TLS on the server, or lower POSTGRES_SSLMODE, which sends data unencrypted",
        texts="server does not support SSL",
    ),
    _Cause(
        "the server demands a client certificate: set POSTGRES_SSLCERT and POSTGRES_SSLKEY",
        texts="certificate required",
    ),
    _Cause("restrict the file POSTGRES_SSLKEY to mode 0600, and use a PEM key", texts="private key file"),
    _Cause(
        "the role would see only a part of the rows: run ALTER ROLE ... BYPASSRLS for it (for a view's owner, if the "
        "table is read through a view)",
        texts="row-level security policy",
    ),
    _Cause(
        # ADBC reads the names of types before the first statement of ours.
        "the driver cannot read quoted names of types: run ALTER ROLE ... SET quote_all_identifiers = off",
        texts="Postgres type with oid 0 not found",
    ),
    _Cause(
        "the query was in the way of a replica's replay: if this repeats, raise max_standby_streaming_delay or turn on "
        "hot_standby_feedback on the replica",
        texts="conflict with recovery",
        passes=True,
    ),
    _Cause(
        "close other connections, or raise max_connections or the CONNECTION LIMIT of the role or database",
        ("53300",),
        r"too many (clients|connections)|remaining connection slots|no more connections allowed",
        passes=True,
    ),
    _Cause(
        "free space on the disk of the server",
        ("53100",),
        r"no space left on device|could not extend file",
        passes=True,
    ),
    _Cause(
        "close other connections to the server, or give its machine more memory",
        ("53200",),
        r"ERROR:\s+out of memory",
        passes=True,
    ),
    _Cause(
        "raise the limit on the server, such as temp_file_limit, or select fewer days",
        ("53400",),
        "exceeds temp_file_limit",
    ),
    _Cause(
        "another transaction was in the way: end it if this repeats",
        ("40001", "40P01", "55P03"),
        r"deadlock detected|could not serialize access|canceling statement due to lock timeout",
        passes=True,
    ),
    _Cause(
        "the server's administrator or a time limit ended the work: raise the limit (POSTGRES_STATEMENT_SECONDS, "
        "transaction_timeout, an idle timeout, or a pooler's query_timeout), or select fewer days",
        ("57014", "25P03", "25P04", "57P05"),
        r"canceling statement due to (statement timeout|user request)|due to [a-z-]+ timeout|query_?timeout",
    ),
    _Cause(
        "writes need the primary server and a role that may write: set POSTGRES_HOST to the primary, and run "
        "ALTER ROLE ... RESET default_transaction_read_only if the role is read-only",
        ("25006",),
        "read-only (transaction|mode)|cannot be executed during recovery",
    ),
    _Cause(
        "allow this client, user and database in the server's pg_hba.conf, and reload it",
        texts=r"no pg_hba\.conf entry|pg_hba\.conf rejects",
    ),
    _Cause(
        "correct POSTGRES_USER and POSTGRES_PASSWORD",
        ("28",),
        r"authentication failed|no password supplied|role \".*\" does not exist|is not permitted to log in",
    ),
    _Cause(
        "correct POSTGRES_DB, or create the database", ("3D000",), r"database \".*\" does not exist|no such database"
    ),
    _Cause(
        "grant the missing permission to the role; the statements are in deploy/postgres",
        ("42501",),
        "permission denied",
    ),
    _Cause(
        CHECK,
        ("08", "53", "57P01", "57P02", "57P03"),
        "|".join(
            (
                r"connection refused|connection reset|broken pipe|timeout expired|connection timed out",
                r"server closed the connection|terminating connection|connection to server was lost",
                r"connection is closed|no connection to the server|closed unexpectedly|eof detected",
                r"could not receive data from server|could not send data to server",
                r"is starting up|is shutting down|in recovery mode|not (yet )?accepting connections",
                r"temporary failure in name resolution",
            )
        ),
        passes=True,
    ),
)
"""In order: the first that matches is the cause."""

_OTHER: Final = _Cause(CHECK)


def server_error(address: Address, error: Exception) -> PlatformError:
    """Return a client's error as a PlatformError; clients repeat the connection string in their messages."""
    text = str(error).replace(address.conninfo, str(address))
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [type(error).__name__]
    state = getattr(error, "sqlstate", None)
    known = state.strip("\0") if isinstance(state, str) else ""
    # A host name with several addresses gives a line for each, and the first is often one that nothing listens on.
    matching = ((line, cause) for cause in _CAUSES for line in lines if _matches(cause, known, line))
    reason, cause = next(matching, (lines[0], _OTHER))
    error_type = TransientError if cause.passes else PlatformError
    # DuckDB repeats the whole query before the server's message.
    if "COPY" in reason or "prepare query" in reason:
        reason = re.sub(r"^.*(?:ERROR|FATAL):  ", "", reason)
    return error_type(
        f"PostgreSQL at {address}: {reason}. No partial data was written; {cause.remedy}, then run it again."
    )


def _matches(cause: _Cause, state: str, line: str) -> bool:
    if state and cause.states:
        return state.startswith(cause.states)
    return re.search(cause.texts, line, re.IGNORECASE) is not None
