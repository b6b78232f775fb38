"""Reading a stream of numbered events on from where the last tick stopped, without losing one or seeing one twice."""

from collections.abc import Callable, Sequence
from typing import Final

from dagster import EventLogRecord

from ecommerce_pipeline.alerts.state import Position, State

LOOKBACK: Final = 3_600.0
"""The first tick of all takes in what happened within the last hour."""
SETTLED_AFTER: Final = 120.0
"""PostgreSQL gives out numbers in order but shows them when their transactions end: until then a gap may be filled."""
PAGE: Final = 200

Fetch = Callable[[int | None, bool], Sequence[EventLogRecord]]
"""Reads up to PAGE records behind a number, in ascending order or not."""


def new_records(state: State, stream: str, fetch: Fetch, now: float) -> list[EventLogRecord]:
    """Return the records that no tick has seen, oldest first, and note that they are seen.

    Args:
        state: Is changed.
        stream: Names the stream.
        fetch: Reads it.
        now: The time.
    """
    position = state.positions.get(stream) or _first(fetch, now)
    state.positions[stream] = position
    found: list[EventLogRecord] = []
    after = position.after
    while page := fetch(after, True):
        found += [record for record in page if record.storage_id not in position.seen]
        after = page[-1].storage_id
        if len(page) < PAGE:
            break
    position.seen |= {record.storage_id: now for record in found}
    settled = [number for number, at in position.seen.items() if at <= now - SETTLED_AFTER]
    position.after = max([position.after, *settled])
    position.seen = {number: at for number, at in position.seen.items() if number > position.after}
    return found


def _first(fetch: Fetch, now: float) -> Position:
    newest = fetch(None, False)
    recent = [record.storage_id for record in newest if record.timestamp >= now - LOOKBACK]
    if recent:
        return Position(after=min(recent) - 1)
    return Position(after=newest[0].storage_id if newest else 0)
