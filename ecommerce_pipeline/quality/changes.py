"""The business days on which the source differs from what was loaded, table by table, and why.

Days are candidates by the time of their rows' last change, or because they were asked for; a table of which the source
and staging have the same recent changes gives none. Of each candidate the digest in the source is compared with the one
in staging, so that a day which was extracted since has not changed. Other days have changed with these if something of
theirs names an order or a visit that did: see `_tied` and `_tied_to_visits`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import Digest, no_rows, orders_of_rows, row_digests
from ecommerce_pipeline.quality.exchange_rates import days_of_changed_rates
from ecommerce_pipeline.quality.layers import STAGING, SourceLayer, StagingLayer, layer_digests
from ecommerce_pipeline.resources.postgres.changed import (
    changed_rows,
    changed_since,
    days_of_keys,
    keys_of_days,
    newest_change,
    values_of_orders,
)
from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import literal, within
from ecommerce_pipeline.schema.tables import (
    BUSINESS_DATE,
    DIMENSIONS,
    EVENTS,
    ORDER_KEY,
    ORDERS,
    TABLES,
    UPDATED_AT,
    business_key,
    exchange_rates,
    is_part_of_order,
    reconciliation,
)
from ecommerce_pipeline.schema.tables import STAGING as STAGED

SESSIONS: Final = "sessions"
SESSION_KEY: Final = "session_id"
KEYS_AT_ONCE: Final = 5_000

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
        staged = _changed_in_staging(warehouse, starts)
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
                days = _days_in_staging(warehouse, name, business_key(table), keys)
                if name == ORDERS:
                    changed_orders = keys
                if is_part_of_order(table):
                    days |= _days_in_staging(warehouse, name, ORDER_KEY, changed_orders)
                for day in days:
                    candidates[name].setdefault(day, 0)
        for day in {*(exact or ()), *again}:
            for of_table in candidates.values():
                of_table.setdefault(day, 0)
        changes = [*_differences(postgres, warehouse, candidates, timed, can_be_new)]
        changes += _tied(connection, source, postgres, warehouse, changes)
        changes += _tied_to_visits(connection, source, postgres, warehouse, changes)
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
    for name, of_table in candidates.items():
        known = [day for day in of_table if (name, day) in loaded]
        new = [day for day in of_table if (name, day) not in loaded and can_be_new(day)]
        table = STAGED[name]
        compared = [*known, *(day for day in new if not of_table[day])]
        digests = layer_digests(SourceLayer(postgres), table, Days.of(compared)) if compared else {}
        for day in known:
            now, before = digests.get(day, no_rows(table)), loaded[name, day]
            if (now.rows, now.checksum) != before:
                changed = of_table[day] if name in timed else 0
                yield Change(day, name, changed, _reason(now, before[0], changed))
        for day in new:
            if rows := of_table[day] or digests.get(day, no_rows(table)).rows:
                yield Change(day, name, rows, f"not loaded yet: {_rows(rows)}")


def _reason(now: Digest, rows_before: int, changed: int) -> str:
    what = f"{_rows(changed)} changed" if changed else "rows changed"
    if now.rows < rows_before:
        return f"{what}, {rows_before - now.rows:,} fewer than loaded: deleted or moved to another day"
    if now.rows > rows_before:
        return f"{what}, {now.rows - rows_before:,} more than loaded"
    return what


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _tied(
    connection: Connection,
    source: Relations,
    postgres: PostgresResource,
    warehouse: Warehouse,
    changes: list[Change],
) -> Iterator[Change]:
    """Yield the days that have changed because an order of another day has.

    A refund counts while its order is sold; a visit converts by its order. With those of `_tied_to_visits`, these are
    all the ties across days.
    """
    days = {change.day for change in changes if change.table == ORDERS or is_part_of_order(TABLES[change.table])}
    orders = _changed_orders(connection, source, postgres, warehouse, Days.of(days)) if days else set()
    if not orders:
        return
    time_zone = postgres.time_zone
    sessions = values_of_orders(connection, source[ORDERS], SESSION_KEY, orders) | _sessions_in_staging(
        warehouse, Days.of(days), orders
    )
    for table, column, keys in (("refunds", ORDER_KEY, orders), (SESSIONS, SESSION_KEY, sessions)):
        found = days_of_keys(connection, source[table], column, keys, time_zone) if keys else set()
        loaded = rows_loaded(warehouse, Days.of(found)) if found else {}
        for day in found - {change.day for change in changes}:
            if (table, day) in loaded:
                yield Change(day, table, 0, "an order that it names has changed")


def _tied_to_visits(
    connection: Connection,
    source: Relations,
    postgres: PostgresResource,
    warehouse: Warehouse,
    changes: list[Change],
) -> Iterator[Change]:
    """Yield the days that have changed because a visit has: its order, and refunds of that, have its attributes."""
    days = {change.day for change in changes if change.table == SESSIONS}
    others = loaded_days(warehouse) - {change.day for change in changes} if days else set()
    if not others:
        return

    def tied(orders: list[dict[str, Any]]) -> set[tuple[str, date]]:
        keys = {order[ORDER_KEY] for order in orders}
        refunded = days_of_keys(connection, source["refunds"], ORDER_KEY, keys, postgres.time_zone) if keys else set()
        found = {(ORDERS, order[BUSINESS_DATE]) for order in orders} | {("refunds", day) for day in refunded}
        return {(table, day) for table, day in found if day in others}

    of_days = Days.of(days)
    visits = keys_of_days(connection, source[SESSIONS], of_days, postgres.time_zone)
    visits |= {*warehouse.read(STAGED[SESSIONS], STAGING, of_days, [SESSION_KEY])[SESSION_KEY].to_pylist()}
    columns = [ORDER_KEY, SESSION_KEY, BUSINESS_DATE]
    orders = [*_in_staging(warehouse, ORDERS, columns, SESSION_KEY, [*visits])]
    # Digests of all visits of these days take long, and most orders are of their visit's day.
    if tied(orders):
        there, staging = (
            {tuple(row) for row in layer.ask(row_digests, STAGED[SESSIONS], Days.of(days))}
            for layer in (SourceLayer(postgres), StagingLayer(warehouse))
        )
        changed = {visit for visit, *_ in there ^ staging}
        for table, day in tied([order for order in orders if order[SESSION_KEY] in changed]):
            yield Change(day, table, 0, "a visit has changed that an order names")


def _dimensions(
    connection: Connection, source: Relations, postgres: PostgresResource, warehouse: Warehouse, *, exact: bool
) -> Iterator[Change]:
    """Yield the newest day for each dimension that differs: a run of any day replaces it whole.

    Days on which a rate was used that has changed since are built again, too: facts hold it.
    """
    loaded = loaded_days(warehouse)
    names = DIMENSIONS if loaded else ()
    for name, newest in zip(names, _newest_in_staging(warehouse, names) if names else (), strict=True):
        table = TABLES[name]
        if exact:
            there, staging = (
                layer_digests(layer, table, None) for layer in (SourceLayer(postgres), StagingLayer(warehouse))
            )
            differs = there != staging
        else:
            differs = newest_change(connection, source[name]) != newest
        if differs:
            yield Change(max(loaded), name, 0, "rows changed")
        if differs and name == exchange_rates.name:
            for day, reason in days_of_changed_rates(postgres, warehouse, loaded - {max(loaded)}).items():
                yield Change(day, name, 0, reason)


def _newest_in_staging(warehouse: Warehouse, names: Sequence[str]) -> list[tuple[int, datetime | None]]:
    """Return, of each dimension in staging, the number of rows and the time of the newest change."""
    relations = [f"{warehouse.schema_of(STAGING)}.{name}" for name in names]
    statements = [f"SELECT count(*) AS rows_, max({UPDATED_AT}) AS newest FROM {relation}" for relation in relations]  # noqa: S608
    return [(row["rows_"], row["newest"]) for rows in warehouse.queries(statements) for row in rows.to_pylist()]


def loaded_days(warehouse: Warehouse) -> set[date]:
    """Return the days that staging has."""
    try:
        rows = warehouse.read(reconciliation, STAGING, None, [BUSINESS_DATE]).to_pylist()
    except NotBuiltError:
        return set()
    return {row[BUSINESS_DATE] for row in rows}


def _changed_orders(
    connection: Connection, source: Relations, postgres: PostgresResource, warehouse: Warehouse, days: Days
) -> set[Any]:
    """Return the keys of the orders of which a row, or a part's, differs between source and staging.

    A refund of an order as a whole is shared among its lines.
    """
    changed: set[Any] = set()
    loaded = rows_loaded(warehouse, days)
    known = [day for day in days if (ORDERS, day) in loaded]
    for name in (ORDERS, "transaction_items", "payment_attempts") if known else ():
        table = STAGED[name]
        there, staging = (
            {tuple(row) for row in layer.ask(orders_of_rows, table, Days.of(known))}
            for layer in (SourceLayer(postgres), StagingLayer(warehouse))
        )
        changed |= {order for order, *_ in there ^ staging}
    if new := [day for day in days if day not in known]:
        changed |= keys_of_days(connection, source[ORDERS], Days.of(new), postgres.time_zone)
    return changed


def rows_loaded(warehouse: Warehouse, days: Days) -> dict[tuple[str, date], tuple[int, str]]:
    """Return the rows and the checksum of what staging has, by table and day."""
    columns = ["table_name", BUSINESS_DATE, "rows_staging", "checksum_staging"]
    try:
        rows = warehouse.read(reconciliation, STAGING, days, columns).to_pylist()
    except NotBuiltError:
        return {}
    return {(row["table_name"], row[BUSINESS_DATE]): (row["rows_staging"], row["checksum_staging"]) for row in rows}


def _days_in_staging(warehouse: Warehouse, name: str, key: str, keys: list[Any]) -> set[date]:
    """Return the days of which staging has rows with these keys.

    A row may have been moved to another day, or to another order, or its order may have come after it.
    """
    return {row[BUSINESS_DATE] for row in _in_staging(warehouse, name, [BUSINESS_DATE], key, keys)}


def _sessions_in_staging(warehouse: Warehouse, days: Days, orders: set[Any]) -> set[Any]:
    found = _in_staging(warehouse, ORDERS, [SESSION_KEY], ORDER_KEY, list(orders), days=days)
    return {row[SESSION_KEY] for row in found if row[SESSION_KEY] is not None}


def _changed_in_staging(warehouse: Warehouse, starts: Mapping[str, datetime]) -> dict[str, Counter[tuple[Any, Any]]]:
    """Return, by table, the rows of staging that changed since a time, as `changed_rows` does those of the source."""
    written = warehouse.dialect.micros.format(UPDATED_AT)
    statements = [
        f"SELECT {business_key(TABLES[name])} AS key_, {written} AS written "  # noqa: S608 - names of the contract
        f"FROM {warehouse.schema_of(STAGING)}.{name} "
        f"WHERE {BUSINESS_DATE} IS NOT NULL AND {written} >= {_micros(start)}"
        for name, start in starts.items()
    ]
    try:
        found = warehouse.queries(statements) if statements else []
    except NotBuiltError:
        return {}
    return {
        name: Counter(zip(rows["key_"].to_pylist(), rows["written"].to_pylist(), strict=True))
        for name, rows in zip(starts, found, strict=True)
    }


def _micros(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _in_staging(
    warehouse: Warehouse, name: str, columns: Sequence[str], key: str, keys: list[Any], *, days: Days | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the values of the columns in rows with one of the keys."""
    of_days = within(days) if days else f"{BUSINESS_DATE} IS NOT NULL"
    statements = [
        f"SELECT DISTINCT {', '.join(columns)} FROM {warehouse.schema_of(STAGING)}.{name} WHERE {of_days} "  # noqa: S608 - names of the contract
        f"AND {key} IN ({', '.join(map(literal, keys[start : start + KEYS_AT_ONCE]))})"
        for start in range(0, len(keys), KEYS_AT_ONCE)
    ]
    try:
        for rows in warehouse.queries(statements) if statements else ():
            yield from rows.to_pylist()
    except NotBuiltError:
        return
