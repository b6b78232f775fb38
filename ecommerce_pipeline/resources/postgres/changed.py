"""The business days whose rows have changed in the source, found by the time of their last change."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg import Connection, sql
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.business_days import day_of, happened_on
from ecommerce_pipeline.resources.postgres.special_values import INSTANT
from ecommerce_pipeline.schema.tables import (
    HAPPENED_AT,
    ORDER_KEY,
    ORDERS,
    TABLES,
    UPDATED_AT,
    business_key,
    is_part_of_order,
)

_UPDATED: Final = sql.Identifier(UPDATED_AT)
_KEY: Final = sql.Identifier(ORDER_KEY)


def changed_since(
    connection: Connection, table: Table, seen: datetime | None, overlap: timedelta, time_zone: str
) -> tuple[dict[date | None, int], datetime | None]:
    """Return the business days with rows that changed since a time, and the newest change of the whole table.

    An order's lines and payments change the order's day.

    Args:
        connection: A connection to the server.
        table: The contract.
        seen: The newest change that was seen before; None finds all rows.
        overlap: How much older a change can be and not have been seen, because it was committed later.
        time_zone: The shop's.

    Returns:
        By day, how many rows changed after `seen`; None as day is that of rows whose time is a special value, such as
        infinity. And the newest change; None if there is no row.
    """
    changed = _since(seen - overlap if seen else None)
    new = sql.SQL("TRUE") if seen is None else sql.SQL("rows_.{} > {}").format(_UPDATED, sql.Literal(seen))
    undated = sql.SQL(INSTANT).format(sql.SQL("rows_.{}").format(sql.Identifier(HAPPENED_AT)))
    own = sql.SQL("CASE WHEN {} THEN NULL ELSE {} END").format(undated, day_of(sql.SQL("rows_"), time_zone))
    if is_part_of_order(table):
        day = sql.SQL("coalesce(orders.day, {})").format(own)
        orders = sql.SQL(
            " LEFT JOIN LATERAL (SELECT {} AS day FROM {} AS found WHERE found.{key} = rows_.{key} LIMIT 1) AS orders "
            "ON TRUE"
        ).format(day_of(sql.SQL("found"), time_zone), _name(TABLES[ORDERS]), key=_KEY)
    else:
        day, orders = own, sql.SQL("{}").format(sql.SQL(""))
    query = sql.SQL(
        "SELECT {day}, count(*) FILTER (WHERE {new}), max(rows_.{updated}) FROM {table} AS rows_{orders} "
        "WHERE {changed} GROUP BY 1"
    )
    rows = connection.execute(
        query.format(day=day, new=new, updated=_UPDATED, table=_name(table), orders=orders, changed=changed)
    ).fetchall()
    newest = max((row[2] for row in rows), default=None)
    return {day: count for day, count, _ in rows}, newest


def exists(connection: Connection, table: Table) -> bool:
    """Return whether a table or view exists."""
    return connection.execute("SELECT to_regclass(%s)", [_name(table).as_string()]).fetchone() != (None,)


def changed_keys(connection: Connection, table: Table, since: datetime) -> list[Any]:
    """Return the keys of the rows that changed since a time."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE {}").format(
        sql.Identifier(business_key(table)), _name(table), _since(since)
    )
    return [key for (key,) in connection.execute(query).fetchall()]


def days_of_keys(connection: Connection, table: Table, column: str, keys: Collection[Any], time_zone: str) -> set[date]:
    """Return the business days of the rows that have one of the keys in a column, of a table with days of its own."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE rows_.{} = ANY(%s)").format(
        day_of(sql.SQL("rows_"), time_zone), _name(table), sql.Identifier(column)
    )
    return {day for (day,) in connection.execute(query, [list(keys)]).fetchall()}


def values_of_orders(connection: Connection, column: str, keys: Collection[Any]) -> set[Any]:
    """Return the values of a column that orders with these keys have, without null."""
    query = sql.SQL("SELECT DISTINCT {0} FROM {1} WHERE {2} = ANY(%s) AND {0} IS NOT NULL").format(
        sql.Identifier(column), _name(TABLES[ORDERS]), _KEY
    )
    return {value for (value,) in connection.execute(query, [list(keys)]).fetchall()}


def keys_of_orders(connection: Connection, days: Days, time_zone: str) -> set[Any]:
    """Return the keys of the orders of business days."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE {}").format(
        _KEY, _name(TABLES[ORDERS]), happened_on(sql.SQL("rows_"), days, time_zone)
    )
    return {key for (key,) in connection.execute(query).fetchall()}


def newest_change(connection: Connection, table: Table) -> tuple[int, datetime | None]:
    """Return the number of rows of a table, and the time of the newest change."""
    query = sql.SQL("SELECT count(*), max({}) FROM {}").format(_UPDATED, _name(table))
    return connection.execute(query).fetchone() or (0, None)


def last_day(connection: Connection, time_zone: str) -> date | None:
    """Return the newest business day that has an order."""
    query = sql.SQL("SELECT {} FROM {} AS rows_ ORDER BY {} DESC LIMIT 1").format(
        day_of(sql.SQL("rows_"), time_zone), _name(TABLES[ORDERS]), sql.Identifier(HAPPENED_AT)
    )
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _since(since: datetime | None) -> sql.Composable:
    return sql.SQL("TRUE") if since is None else sql.SQL("rows_.{} >= {}").format(_UPDATED, sql.Literal(since))


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(str(table.schema), table.name)
