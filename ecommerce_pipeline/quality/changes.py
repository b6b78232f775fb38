"""The business days on which the source differs from what was loaded, table by table, and why.

Days are candidates by the time of their rows' last change, or because they were asked for; a table of which the source
and staging have the same recent changes gives none. Of each candidate the digest in the source is compared with the one
in staging, so that a day which was extracted since has not changed. Other days have changed with these if something of
theirs names an order or a visit that did: see `ties.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import Digest, no_rows
from ecommerce_pipeline.quality.exchange_rates import days_of_changed_rates
from ecommerce_pipeline.quality.layers import STAGING, SourceLayer, StagingLayer, layer_digests
from ecommerce_pipeline.quality.loaded import changed_rows_loaded, days_with_keys, loaded_days, newest_rows, rows_loaded
from ecommerce_pipeline.quality.ties import days_of_orders, days_of_visits
from ecommerce_pipeline.resources.postgres.changed import (
    changed_rows,
    changed_since,
    newest_change,
)
from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.resources.warehouse.evolve import contract_columns, follow
from ecommerce_pipeline.schema.tables import (
    DIMENSIONS,
    EVENTS,
    ORDER_KEY,
    ORDERS,
    TABLES,
    business_key,
    exchange_rates,
    is_part_of_order,
)
from ecommerce_pipeline.schema.tables import STAGING as STAGED

TIES: Final = {
    days_of_orders: "an order that it names has changed",
    days_of_visits: "a visit has changed that an order names",
}
"""Why days have changed with others, by what finds them."""

AT_ONCE: Final = 2
"""Queries about whole days that the source answers at once, each on a processor of its server."""

By = Mapping[str, Mapping[date, int]]
"""Rows by table and day."""


@dataclass(frozen=True)
class Change:
    """Why a day is to be built again.

    Attributes:
        day: The business day.
        table: The table that differs.
        rows: How many of its rows changed, as far as their times tell; 0 if they do not.
        reason: In words.
    """

    day: date
    table: str
    rows: int
    reason: str


@dataclass(frozen=True)
class Look:
    """What a look at the source found.

    Attributes:
        changes: By day and table, in order.
        until: The newest change of each table that it has seen, from which the next look goes on.
    """

    changes: tuple[Change, ...]
    until: Mapping[str, datetime]

    @property
    def days(self) -> set[date]:
        """The days that changed."""
        return {change.day for change in self.changes}


def look(
    postgres: PostgresResource,
    warehouse: Warehouse,
    since: Mapping[str, datetime],
    *,
    overlap: timedelta,
    exact: Days | None,
    again: AbstractSet[date],
    can_be_new: Callable[[date], bool],
) -> Look:
    """Compare the source with staging.

    Args:
        postgres: The source.
        warehouse: The warehouse.
        since: By table, the newest change that an earlier look has seen; of other tables all rows are candidates.
        overlap: How long a transaction may take to commit: changes so much older are looked at again.
        exact: Days to compare whatever the times of their rows; finds deleted rows too.
        again: Days that an earlier look found and nobody has built: candidates whatever the times of their rows.
        can_be_new: Whether a day that was never loaded is to be.

    Raises:
        PlatformError: The source or the warehouse cannot be read.
    """
    candidates: dict[str, dict[date, int]] = {}
    timed: set[str] = set()
    changed_orders: list[Any] = []
    until = dict(since)
    with postgres.connect() as connection:
        source = postgres.relations(connection)
        starts = {name: since[name] - overlap for name in EVENTS if name in since}
        staged = changed_rows_loaded(warehouse, starts)
        for name in EVENTS:
            table, before = TABLES[name], since.get(name)
            found, newest = changed_since(
                connection, name, source, seen=before, overlap=overlap, time_zone=postgres.time_zone
            )
            if None in found:
                postgres.check_values(connection, name, source, None)
            candidates[name] = {day: count for day, count in found.items() if day}
            if newest and (before is None or newest > before):
                until[name] = newest
            if name in starts:
                timed.add(name)
                changed = Counter(changed_rows(connection, source[name], starts[name]))
                if changed == staged.get(name):
                    # Nothing that was committed late, nor what a run has taken: digests of whole days take seconds.
                    candidates[name], changed = {}, Counter()
                keys = [*{key for key, _ in changed}]
                days = days_with_keys(warehouse, name, business_key(table), keys)
                if name == ORDERS:
                    changed_orders = keys
                if is_part_of_order(table):
                    days |= days_with_keys(warehouse, name, ORDER_KEY, changed_orders)
                for day in days:
                    candidates[name].setdefault(day, 0)
        for day in {*(exact or ()), *again}:
            for of_table in candidates.values():
                of_table.setdefault(day, 0)
        changes = [*_differences(postgres, warehouse, candidates, timed, can_be_new)]
        if changes or exact:
            # Rows are compared in all columns of the contract, of which older tables may lack some.
            follow(warehouse, {(STAGING, name): contract_columns(STAGED[name]) for name in TABLES})
        for days_of, reason in TIES.items():
            changed_days = {(change.table, change.day) for change in changes}
            tied = days_of(connection, source, postgres, warehouse, changed_days)
            changes += [Change(day, name, 0, reason) for name, day in tied]
        changes += _dimensions(connection, source, postgres, warehouse, exact=exact is not None)
    return Look(tuple(sorted(set(changes), key=lambda one: (one.day, one.table, one.reason))), until)


def _differences(
    postgres: PostgresResource,
    warehouse: Warehouse,
    candidates: By,
    timed: AbstractSet[str],
    can_be_new: Callable[[date], bool],
) -> Iterator[Change]:
    """Yield the differences of candidates; their rows are counts of changes only of the tables in `timed`."""
    every = {day for of_table in candidates.values() for day in of_table}
    loaded = rows_loaded(warehouse, Days.of(every)) if every else {}
    new = {
        name: [day for day in of_table if (name, day) not in loaded and can_be_new(day)]
        for name, of_table in candidates.items()
    }
    compared = {
        name: [day for day in of_table if (name, day) in loaded or (day in new[name] and not of_table[day])]
        for name, of_table in candidates.items()
    }
    digests = _source_digests(postgres, {name: Days.of(days) for name, days in compared.items() if days})
    for name, of_table in candidates.items():
        of_days = {day: digests[name].get(day, no_rows(STAGED[name])) for day in compared[name]}
        for day, now in of_days.items():
            before = loaded.get((name, day))
            if before and (now.rows, now.checksum) != before:
                changed = of_table[day] if name in timed else 0
                yield Change(day, name, changed, _reason(now, before[0], changed))
        for day in new[name]:
            if rows := of_table[day] or of_days[day].rows:
                yield Change(day, name, rows, f"not loaded yet: {_rows(rows)}")


def _source_digests(
    postgres: PostgresResource, days: Mapping[str, Days | None]
) -> dict[str, dict[date | None, Digest]]:
    """Return the digests in the source, by table: of days, or of a whole dimension."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = {name: pool.submit(layer_digests, SourceLayer(postgres), STAGED[name], days[name]) for name in days}
        return {name: answer.result() for name, answer in asked.items()}


def _reason(now: Digest, rows_before: int, changed: int) -> str:
    what = f"{_rows(changed)} changed" if changed else "rows changed"
    if now.rows < rows_before:
        return f"{what}, {rows_before - now.rows:,} fewer than loaded: deleted or moved to another day"
    if now.rows > rows_before:
        return f"{what}, {now.rows - rows_before:,} more than loaded"
    return what


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _dimensions(
    connection: Connection, source: Relations, postgres: PostgresResource, warehouse: Warehouse, *, exact: bool
) -> Iterator[Change]:
    """Yield the newest day for each dimension that differs: a run of any day replaces it whole.

    Days on which a rate was used that has changed since are built again, too: facts hold it.
    """
    loaded = loaded_days(warehouse)
    names = DIMENSIONS if loaded else ()
    there = _source_digests(postgres, dict.fromkeys(names)) if exact else {}
    for name, newest in zip(names, newest_rows(warehouse, names) if names else (), strict=True):
        table = TABLES[name]
        if exact:
            differs = there[name] != layer_digests(StagingLayer(warehouse), table, None)
        else:
            differs = newest_change(connection, source[name]) != newest
        if differs:
            yield Change(max(loaded), name, 0, "rows changed")
        if differs and name == exchange_rates.name:
            for day, reason in days_of_changed_rates(postgres, warehouse, loaded - {max(loaded)}).items():
                yield Change(day, name, 0, reason)
