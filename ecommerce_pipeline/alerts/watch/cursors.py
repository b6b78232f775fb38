"""Reading a stream of numbered events from where the last tick stopped, each event exactly once."""

from collections.abc import Callable, Sequence
from typing import Final

from dagster import EventLogRecord

from ecommerce_pipeline.alerts.state import Cursor, State

LOOKBACK: Final = 3_600.0
"""The first tick ever covers the last hour."""
SETTLED_AFTER: Final = 120.0
"""PostgreSQL assigns numbers in order but shows them at commit, so a gap may be filled for this long."""
PAGE: Final = 200

Fetch = Callable[[int | None, bool], Sequence[EventLogRecord]]
"""Reads up to PAGE records after a number, in ascending order or not."""


def new_records(state: State, stream: str, fetch: Fetch, now: float) -> list[EventLogRecord]:
    """Return the records that no tick has read, oldest first, and move the cursor past them.

    Args:
        state: Is changed.
        stream: Names the stream.
        fetch: Reads it.
        now: The time.
    """
    cursor = state.cursors.get(stream) or _first(fetch, now)
    state.cursors[stream] = cursor
    found: list[EventLogRecord] = []
    after = cursor.after
    while page := fetch(after, True):
        found += [record for record in page if record.storage_id not in cursor.seen]
        after = page[-1].storage_id
        if len(page) < PAGE:
            break
    cursor.seen |= {record.storage_id: now for record in found}
    settled = [number for number, at in cursor.seen.items() if at <= now - SETTLED_AFTER]
    cursor.after = max([cursor.after, *settled])
    cursor.seen = {number: at for number, at in cursor.seen.items() if number > cursor.after}
    return found


def _first(fetch: Fetch, now: float) -> Cursor:
    newest = fetch(None, False)
    recent = [record.storage_id for record in newest if record.timestamp >= now - LOOKBACK]
    if recent:
        return Cursor(after=min(recent) - 1)
    return Cursor(after=newest[0].storage_id if newest else 0)
