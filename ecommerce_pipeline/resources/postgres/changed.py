"""The business days whose rows have changed in the source, found by the time of their last change."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from psycopg import Connection, sql

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.business_days import day_of, happened_on
from ecommerce_pipeline.resources.postgres.relations import Relation, Relations
from ecommerce_pipeline.resources.postgres.special_values import INSTANT
from ecommerce_pipeline.schema.dialects import POSTGRES
from ecommerce_pipeline.schema.keys import key_type
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import (
    HAPPENED_AT,
    ORDER_KEY,
    ORDERS,
    UPDATED_AT,
    business_key,
    is_part_of_order,
)

_UPDATED: Final = sql.Identifier(UPDATED_AT)
_KEY: Final = sql.Identifier(ORDER_KEY)


def changed_since(
    connection: Connection, name: str, source: Relations, *, seen: datetime | None, overlap: timedelta, time_zone: str
) -> tuple[dict[date | None, int], datetime | None]:
    """Return the business days with rows that changed since a time, and the newest change of the whole table.

    An order's lines and payments change the order's day.

    Args:
        connection: A connection to the server.
        name: The table's.
        source: It and the orders.
        seen: The newest change that was seen before; None finds all rows.
        overlap: How much older a change can be and not have been seen, because it was committed later.
        time_zone: The shop's.

    Returns:
        By day, how many rows changed after `seen`; None as day is that of rows whose time is a special value, such as
        infinity. And the newest change; None if there is no row.
    """
    table = source[name].table
    changed = _since(seen - overlap if seen else None)
    new = sql.SQL("TRUE") if seen is None else sql.SQL("rows_.{} > {}").format(_UPDATED, sql.Literal(seen))
    undated = sql.SQL(INSTANT).format(sql.SQL("rows_.{}").format(sql.Identifier(HAPPENED_AT)))
    own = sql.SQL("CASE WHEN {} THEN NULL ELSE {} END").format(undated, day_of(sql.SQL("rows_"), time_zone))
    if is_part_of_order(table):
        day = sql.SQL("coalesce(orders.day, {})").format(own)
        orders = sql.SQL(
            " LEFT JOIN LATERAL (SELECT {} AS day FROM {} AS found WHERE found.{key} = rows_.{key} LIMIT 1) AS orders "
            "ON TRUE"
        ).format(day_of(sql.SQL("found"), time_zone), source[ORDERS].rows, key=_KEY)
    else:
        day, orders = own, sql.SQL("{}").format(sql.SQL(""))
    query = sql.SQL(
        "SELECT {day}, count(*) FILTER (WHERE {new}), max(rows_.{updated}) FROM {table} AS rows_{orders} "
        "WHERE {changed} GROUP BY 1"
    )
    rows = connection.execute(
        query.format(day=day, new=new, updated=_UPDATED, table=source[name].rows, orders=orders, changed=changed)
    ).fetchall()
    newest = max((row[2] for row in rows), default=None)
    return {day: count for day, count, _ in rows}, newest


def changed_rows(connection: Connection, relation: Relation, since: datetime) -> list[tuple[Any, int]]:
    """Return the keys of the rows that changed since a time, and when they did, microseconds since 1970."""
    written = sql.SQL(POSTGRES.micros).format(_UPDATED)
    query = sql.SQL("SELECT {}, {} FROM {} AS rows_ WHERE {}").format(
        _as_key(business_key(relation.table)), written, relation.rows, _since(since)
    )
    return connection.execute(query).fetchall()


def days_of_keys(
    connection: Connection, relation: Relation, column: str, keys: Collection[Any], time_zone: str
) -> set[date]:
    """Return the business days of the rows that have one of the keys in a column, of a table with days of its own."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE {}").format(
        day_of(sql.SQL("rows_"), time_zone), relation.rows, _is_one_of(relation, column, keys)
    )
    return {day for (day,) in connection.execute(query).fetchall()}


def values_of_orders(connection: Connection, orders: Relation, column: str, keys: Collection[Any]) -> set[Any]:
    """Return the values of a key column that orders with these keys have, without null."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE {} AND {} IS NOT NULL").format(
        _as_key(column), orders.rows, _is_one_of(orders, ORDER_KEY, keys), sql.Identifier(column)
    )
    return {value for (value,) in connection.execute(query).fetchall()}


def keys_of_days(connection: Connection, relation: Relation, days: Days, time_zone: str) -> set[Any]:
    """Return the keys of the rows of business days, of a table with days of its own."""
    query = sql.SQL("SELECT DISTINCT {} FROM {} AS rows_ WHERE {}").format(
        _as_key(business_key(relation.table)), relation.rows, happened_on(sql.SQL("rows_"), days, time_zone)
    )
    return {key for (key,) in connection.execute(query).fetchall()}


def newest_change(connection: Connection, relation: Relation) -> tuple[int, datetime | None]:
    """Return the number of rows of a table, and the time of the newest change."""
    query = sql.SQL("SELECT count(*), max({}) FROM {} AS rows_").format(_UPDATED, relation.rows)
    return connection.execute(query).fetchone() or (0, None)


def last_day(connection: Connection, orders: Relation, time_zone: str) -> date | None:
    """Return the newest business day that has an order."""
    query = sql.SQL("SELECT {} FROM {} AS rows_ ORDER BY {} DESC LIMIT 1").format(
        day_of(sql.SQL("rows_"), time_zone), orders.rows, sql.Identifier(HAPPENED_AT)
    )
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _since(since: datetime | None) -> sql.Composable:
    return sql.SQL("TRUE") if since is None else sql.SQL("rows_.{} >= {}").format(_UPDATED, sql.Literal(since))


def _as_key(column: str) -> sql.Composed:
    """Return a key, or a reference to one, in the contract's type."""
    return sql.SQL("CAST({} AS {})").format(sql.Identifier(column), sql.SQL(postgres_type(key_type())))


def _is_one_of(relation: Relation, column: str, keys: Collection[Any]) -> sql.Composed:
    """Return the condition that a column has one of the keys, in the column's own type, so that an index serves."""
    # Literals, not parameters: in a mapping's query a per cent sign stands for itself.
    type_ = sql.SQL(relation.type_of(column))
    return sql.SQL("rows_.{} = ANY(CAST({} AS {}[]))").format(sql.Identifier(column), sql.Literal([*keys]), type_)
