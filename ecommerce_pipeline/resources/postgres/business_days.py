"""The source's rows of business days, as SQL of PostgreSQL.

A row's day is that of its `created_at` in the shop's time zone. An order's lines and payments have the order's day,
whenever they were made; those without an order have their own.
"""

from datetime import date
from typing import Final

from psycopg import sql

from ecommerce_pipeline.partitions import ONE_DAY, Days
from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import (
    BUSINESS_DATE,
    HAPPENED_AT,
    ORDER_KEY,
    ORDERS,
    business_key,
    extracted_columns,
    is_part_of_order,
    kind,
)

_DAY: Final = sql.Identifier(BUSINESS_DATE)
_KEY: Final = sql.Identifier(ORDER_KEY)


def rows_of(name: str, source: Relations, days: Days | None, time_zone: str) -> sql.Composed:
    """Return a subquery of the contract's columns, as the server has them, and the business date of each row.

    Args:
        name: The table's.
        source: It and, if it has parts of orders, the orders.
        days: The days; None for all rows, and for a dimension, which has no days.
        time_zone: The shop's, by its name in the IANA database.
    """
    relation = source[name]
    table, rows = relation.table, relation.rows
    names = (sql.Identifier(column.name) for column in extracted_columns(table))
    select = sql.SQL(", ").join(sql.SQL("rows_.{}").format(each) for each in names)
    if kind(table) == "dimension":
        return sql.SQL("(SELECT {} FROM {} AS rows_)").format(select, rows)
    own = day_of(sql.SQL("rows_"), time_zone)
    of_days = sql.SQL("TRUE") if days is None else happened_on(sql.SQL("rows_"), days, time_zone)
    if not is_part_of_order(table):
        return sql.SQL("(SELECT {}, {} AS {} FROM {} AS rows_ WHERE {})").format(select, own, _DAY, rows, of_days)
    orders = source[ORDERS].rows
    # Twice the same order has its lines once. Two branches, each of which finds its rows by an index.
    return sql.SQL(
        "(SELECT {select}, orders.{day} FROM (SELECT DISTINCT rows_.{key}, {own} AS {day} FROM {orders} AS rows_ "
        "WHERE {of_days}) AS orders JOIN {table} AS rows_ USING ({key}) UNION ALL "
        "SELECT {select}, {own} FROM {table} AS rows_ WHERE {of_days} "
        "AND NOT EXISTS (SELECT FROM {orders} AS orders WHERE orders.{key} = rows_.{key}))"
    ).format(select=select, day=_DAY, key=_KEY, own=own, orders=orders, of_days=of_days, table=rows)


def contract_rows_of(name: str, source: Relations, days: Days | None, time_zone: str) -> sql.Composed:
    """Return the query of the same rows, cast from the server's types to the contract's."""
    table = source[name].table
    columns = [
        sql.SQL("CAST({0} AS {1}) AS {0}").format(sql.Identifier(column.name), sql.SQL(postgres_type(column.type)))
        for column in extracted_columns(table)
    ]
    if kind(table) == "event":
        columns.append(sql.SQL("{}").format(_DAY))
    return sql.SQL("SELECT {} FROM {} AS rows_").format(
        sql.SQL(", ").join(columns), rows_of(name, source, days, time_zone)
    )


def ordered_rows_of(name: str, source: Relations, days: Days | None, time_zone: str) -> sql.Composed:
    """Return the query of the same rows in order: of events by day, otherwise by key."""
    table = source[name].table
    order = [sql.Identifier(business_key(table))]
    if kind(table) == "event":
        # The index on it has this order.
        order.insert(0, _DAY if is_part_of_order(table) else sql.Identifier(HAPPENED_AT))
    return contract_rows_of(name, source, days, time_zone) + sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(order))


def happened_on(rows: sql.Composable, days: Days, time_zone: str) -> sql.Composed:
    """Return the condition that rows happened on the days, as ranges of instants, for which there is an index."""
    ranges = [
        sql.SQL("{rows}.{time} >= {start} AND {rows}.{time} < {end}").format(
            rows=rows,
            time=sql.Identifier(HAPPENED_AT),
            start=end_of(window.start - ONE_DAY, time_zone),
            end=end_of(window.last, time_zone),
        )
        for window in days.windows
    ]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(ranges))


def day_of(rows: sql.Composable, time_zone: str) -> sql.Composed:
    """Return the business day on which a row happened."""
    # Literals, not parameters: DuckDB's extension supports none.
    return sql.SQL("CAST({}.{} AT TIME ZONE {} AS date)").format(
        rows, sql.Identifier(HAPPENED_AT), sql.Literal(time_zone)
    )


def end_of(day: date, time_zone: str) -> sql.Composed:
    """Return the first instant after a day; not its next midnight, which clocks can skip, or show twice."""
    return sql.SQL("((TIMESTAMP {} AT TIME ZONE {}) + INTERVAL '1 microsecond')").format(
        sql.Literal(f"{day} 23:59:59.999999"), sql.Literal(time_zone)
    )
