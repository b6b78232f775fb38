"""Waits for locks in PostgreSQL: the log says which session blocks ours and what it does, and the wait has an end.

https://www.postgresql.org/docs/current/functions-info.html describes `pg_blocking_pids`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
from dagster import get_dagster_logger

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.locks import WAIT_SECONDS, ReportTimes
from ecommerce_pipeline.masking import mask
from ecommerce_pipeline.resources.postgres.address import Address

LOOK_SECONDS: Final = 5.0
LOCK_TIMEOUT: Final = f"{WAIT_SECONDS:.0f}s"
"""After it the server ends the wait, and the step is retried."""
_TIMED_OUT: Final = "55P03"

# Without pg_read_all_stats the server hides what sessions of other roles do, but not who they are.
_BLOCKERS: Final = """
    SELECT
        coalesce(namespace.nspname || '.' || class.relname, wanted.locktype || ' lock'),
        blocking.pid,
        blocker.usename,
        blocker.application_name,
        blocker.client_addr::text,
        blocker.state,
        CAST(extract(epoch FROM pg_catalog.clock_timestamp() - blocker.xact_start) AS float8),
        pg_catalog.left(blocker.query, 200)
    FROM pg_catalog.pg_locks AS wanted
    CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(wanted.pid)) AS blocking (pid)
    LEFT JOIN pg_catalog.pg_stat_activity AS blocker ON blocker.pid = blocking.pid
    LEFT JOIN pg_catalog.pg_class AS class ON class.oid = wanted.relation
    LEFT JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE wanted.pid = %s AND NOT wanted.granted
"""


@dataclass(frozen=True)
class _Blocker:
    """A session that holds a lock which ours wants."""

    wanted: str
    pid: int
    user: str | None
    application: str | None
    client: str | None
    state: str | None
    seconds: float | None
    query: str | None

    def __str__(self) -> str:
        if not self.pid:
            return f"waiting for {self.wanted}, locked by a prepared transaction (see pg_prepared_xacts)"
        who = ", ".join(part for part in (self.user, self.application, self.client) if part)
        since = "" if self.seconds is None else f", in a transaction for {self.seconds:,.0f} s"
        last = f", last query: {' '.join(self.query.split())}" if self.query else ""
        return (
            f"waiting for {self.wanted}, locked by session {self.pid} ({who}), {self.state or 'busy'}{since}{last}; "
            f"SELECT pg_terminate_backend({self.pid}) ends it"
        )


@contextmanager
def lock_waits_reported(address: Address, session: int) -> Iterator[None]:
    """Report which sessions block ours, as long as the block runs.

    Args:
        address: The server.
        session: The process of the server that serves the block's transaction.

    Raises:
        TransientError: No lock was to be had in LOCK_TIMEOUT; nothing is changed.
    """
    ended = threading.Event()
    blocked_by: list[str] = []
    report = get_dagster_logger("postgres").warning
    threading.Thread(target=_watch, args=(address, session, ended, blocked_by, report), daemon=True).start()
    try:
        yield
    except Exception as error:
        # DuckDB passes on the server's text only.
        if getattr(error, "sqlstate", None) != _TIMED_OUT and "due to lock timeout" not in str(error):
            raise
        reason = "; ".join(blocked_by) or "it is not known for whom"
        raise TransientError(
            f"PostgreSQL at {address}: gave up after {LOCK_TIMEOUT}, {reason}. No partial data was written; end that "
            "session, then run it again."
        ) from None
    finally:
        ended.set()


def _watch(
    address: Address,
    session: int,
    ended: threading.Event,
    blocked_by: list[str],
    report: Callable[[str], object],
) -> None:
    times = ReportTimes()
    while not ended.wait(LOOK_SECONDS):
        try:
            found = _blockers(address, session)
        except psycopg.Error:  # the session itself will report what is wrong with the server
            continue
        if not found:
            times = ReportTimes()
            continue
        blocked_by[:] = found
        if times.due() and not ended.is_set():
            report(mask(f"PostgreSQL at {address}: {'; '.join(found)}; waited {times.waited + LOOK_SECONDS:,.0f} s"))


def _blockers(address: Address, session: int) -> list[str]:
    with psycopg.connect(address.conninfo, autocommit=True, prepare_threshold=None) as connection:
        return [str(_Blocker(*row)) for row in connection.execute(_BLOCKERS, [session]).fetchall()]
