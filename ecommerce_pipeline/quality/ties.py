"""Days that have changed because of another day's: what their rows name has changed.

A refund counts while its order is sold, a visit converts by its order, and an order, with its refunds, has the
attributes of its visit. These are all the ties across days.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

from psycopg import Connection

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import orders_of_rows, row_digests
from ecommerce_pipeline.quality.layers import STAGING, SourceLayer, StagingLayer
from ecommerce_pipeline.quality.loaded import loaded_days, rows_loaded, values_with_keys
from ecommerce_pipeline.resources.postgres.changed import days_of_keys, keys_of_days, values_of_orders
from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, ORDER_KEY, ORDERS, TABLES, is_part_of_order
from ecommerce_pipeline.schema.tables import STAGING as STAGED

SESSIONS: Final = "sessions"
SESSION_KEY: Final = "session_id"

TableDay = tuple[str, date]
"""A table and a day of it."""


def days_of_orders(
    connection: Connection,
    source: Relations,
    postgres: PostgresResource,
    warehouse: Warehouse,
    changed: AbstractSet[TableDay],
) -> Iterator[TableDay]:
    """Yield the days that have changed because an order of another day has."""
    days = {day for table, day in changed if table == ORDERS or is_part_of_order(TABLES[table])}
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
        for day in found - {day for _, day in changed}:
            if (table, day) in loaded:
                yield table, day


def days_of_visits(
    connection: Connection,
    source: Relations,
    postgres: PostgresResource,
    warehouse: Warehouse,
    changed: AbstractSet[TableDay],
) -> Iterator[TableDay]:
    """Yield the days that have changed because a visit has: its order, and refunds of that, have its attributes."""
    days = {day for table, day in changed if table == SESSIONS}
    others = loaded_days(warehouse) - {day for _, day in changed} if days else set()
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
    orders = [*values_with_keys(warehouse, ORDERS, columns, SESSION_KEY, [*visits])]
    # Digests of all visits of these days take long, and most orders are of their visit's day.
    if tied(orders):
        there, staging = (
            {tuple(row) for row in layer.ask(row_digests, STAGED[SESSIONS], Days.of(days))}
            for layer in (SourceLayer(postgres), StagingLayer(warehouse))
        )
        visits = {visit for visit, *_ in there ^ staging}
        yield from tied([order for order in orders if order[SESSION_KEY] in visits])


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


def _sessions_in_staging(warehouse: Warehouse, days: Days, orders: set[Any]) -> set[Any]:
    found = values_with_keys(warehouse, ORDERS, [SESSION_KEY], ORDER_KEY, list(orders), days=days)
    return {row[SESSION_KEY] for row in found if row[SESSION_KEY] is not None}
