"""Waiting until a replica has replayed all rows of days; a primary server has them at once.

The functions: https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from dagster import get_dagster_logger
from psycopg import Connection

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.resources.postgres.address import Address

WAIT_SECONDS: Final = 60.0
"""A replica that lags by seconds catches up in this time; the step's retries wait again."""
LOOK_SECONDS: Final = 0.5
QUIET: Final = timedelta(seconds=60)
"""A primary that commits nothing says so twice in this time, by default: wal_sender_timeout."""

_STATE: Final = """
    SELECT
        pg_catalog.pg_last_wal_replay_lsn() - '0/0',
        greatest(pg_catalog.pg_last_wal_receive_lsn() - '0/0', receiver.latest_end_lsn - '0/0'),
        pg_catalog.pg_last_xact_replay_timestamp(),
        receiver.last_msg_send_time,
        receiver.pid IS NOT NULL,
        pg_catalog.pg_is_wal_replay_paused()
    FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_stat_wal_receiver AS receiver ON TRUE
    WHERE pg_catalog.pg_is_in_recovery()
"""

_log = get_dagster_logger("replica")


@dataclass(frozen=True)
class _State:
    """How far a replica is.

    Attributes:
        replayed: Bytes of WAL that queries see.
        received: Bytes of WAL that the primary is known to have written.
        until: When the last transaction replayed was committed.
        heard: When the primary sent its last message; None for roles that may not know.
        connected: Whether a process receives WAL from the primary.
        paused: Whether somebody has paused the replay.
    """

    replayed: int | None
    received: int | None
    until: datetime | None
    heard: datetime | None
    connected: bool
    paused: bool


def wait_for_replay(connection: Connection, address: Address) -> None:
    """Return when a replica shows the present rows; at once if the server is a primary.

    Args:
        connection: A connection to the server.
        address: The server, for messages.

    Raises:
        TransientError: The replica lags by more than WAIT_SECONDS.
    """
    state = _look(connection)
    if state is None:
        return
    # Under traffic the replica never has all: what the primary had written at the first look is enough.
    target = state.received
    end = datetime.now(UTC) - QUIET
    deadline = time.monotonic() + WAIT_SECONDS
    while (lag := _lag(state, target, end)) is not None:
        if time.monotonic() > deadline:
            raise TransientError(
                f"PostgreSQL at {address} is a replica that lags: {lag}, after waiting {WAIT_SECONDS:g} s. Rows would "
                "be missing, so none was read. Let the replica catch up, or set POSTGRES_HOST to the primary, then "
                "run it again."
            )
        _log.info("waiting for the replica at %s: %s", address, lag)
        time.sleep(LOOK_SECONDS)
        state = _look(connection) or state


def _look(connection: Connection) -> _State | None:
    row = connection.execute(_STATE.encode()).fetchone()
    return None if row is None else _State(*row)


def _lag(state: _State, target: int | None, end: datetime) -> str | None:
    """Return what is missing; None if nothing is."""
    replayed = state.replayed or 0
    if target is not None and replayed < target:
        paused = "; its replay is paused, SELECT pg_wal_replay_resume() continues it" if state.paused else ""
        return f"{target - replayed:,} bytes of WAL are received and not replayed{paused}"
    # A quiet primary commits nothing for a while, but still says how far it is.
    known = [state.until, state.heard if replayed >= (state.received or 0) else None]
    until = max((instant for instant in known if instant), default=None)
    if until and until >= end:
        return None
    connected = "" if state.connected else "; no process receives WAL from the primary"
    grant = (
        ""
        if state.heard or not state.connected
        else "; to see when the primary was last heard, GRANT pg_read_all_stats"
    )
    return (
        f"it has replayed until {until:%F %T} UTC" if until else "it has replayed no transaction since its start"
    ) + f", and rows until {end:%F %T} UTC are wanted{connected}{grant}"
