"""Which conditions of extraction and of the search for changed days no index of the source answers.

The planner is asked, so that views are looked through, and indexes of any kind count that it can use.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from psycopg import Connection, sql
from sqlalchemy import Table

from ecommerce_pipeline.resources.postgres.relations import Relation
from ecommerce_pipeline.schema.tables import (
    HAPPENED_AT,
    ORDER_KEY,
    ORDERS,
    UPDATED_AT,
    business_key,
    is_part_of_order,
    kind,
)

_KIND: Final = "SELECT relkind FROM pg_class WHERE oid = to_regclass(%s)"
# No real row has these values: in the text of a plan they can only come from the condition.
_TIME: Final = "1987-06-05 04:03:02.123456+00"
_KEY: Final = "19876543-2101-4000-8000-198765432101"
_NUMBER: Final = "1987654321"


def unindexed(connection: Connection, relation: Relation) -> list[str]:
    """Return what makes reading days of an event table slow, a line for each condition without an index.

    Foreign tables, whose indexes are on another server, and columns that do not exist are left out.
    """
    table, lines = relation.table, []
    name = f"{table.schema}.{table.name}"
    relkind = _relkind(connection, relation)
    for column in _searched(table) if relkind not in {None, "f"} else ():
        if column not in relation.found or _is_answered(_conditions(connection, relation, column)):
            continue
        if relkind == "v":
            what = "query" if relation.query else "view"
            lines.append(
                f"{name} is a {what}: index what {column} is taken from, a column of its table or the same expression "
                "of one, such as (placed AT TIME ZONE 'Europe/Berlin')"
            )
        else:
            concurrently = "" if relkind == "p" else "CONCURRENTLY "
            lines.append(f"CREATE INDEX {concurrently}ON {name} ({column});")
    return lines


def has_no_time_of_change(connection: Connection, relation: Relation) -> bool:
    """Return whether `updated_at` is missing, or a constant or `created_at` of a view: no change of a row moves it."""
    if HAPPENED_AT not in relation.found:
        return False
    if UPDATED_AT not in relation.found:
        return True
    if _relkind(connection, relation) != "v":
        return False
    updated = _conditions(connection, relation, UPDATED_AT)
    return not updated or updated == _conditions(connection, relation, HAPPENED_AT)


def _searched(table: Table) -> Sequence[str]:
    """Return the columns by which rows are found: times, and the keys by which tables are joined for a day."""
    if kind(table) == "dimension":
        return ()
    by_order = table.name in {ORDERS, "refunds"} or is_part_of_order(table)
    by_key = (business_key(table),) if table.name == "sessions" else ()
    return (HAPPENED_AT, UPDATED_AT, *((ORDER_KEY,) if by_order else by_key))


def _relkind(connection: Connection, relation: Relation) -> str | None:
    if relation.query:
        return "v"
    table = relation.table
    row = connection.execute(_KIND, [f'"{table.schema}"."{table.name}"']).fetchone()
    return row[0] if row else None


def _conditions(connection: Connection, relation: Relation, column: str) -> set[tuple[str, str]]:
    """Return the kind and the text of the conditions into which a search by a column is planned."""
    is_time = column in {HAPPENED_AT, UPDATED_AT}
    query = sql.SQL("EXPLAIN (FORMAT JSON, COSTS OFF) SELECT FROM {} AS rows_ WHERE {} {} {}").format(
        relation.own,
        sql.Identifier(column),
        sql.SQL(">=" if is_time else "="),
        _value(relation.found[column].type),
    )
    with connection.transaction(force_rollback=True):
        # Of a small table the planner prefers to read all, whatever its indexes.
        connection.execute("SET LOCAL enable_seqscan = off")
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        row = connection.execute(query).fetchone()
    marks = (_TIME, _KEY, _NUMBER)
    return {found for found in _texts(row[0] if row else []) if any(mark in found[1] for mark in marks)}


def _value(type_: str) -> sql.Composable:
    if type_.startswith("timestamp"):
        return sql.SQL("{}::timestamptz").format(sql.Literal(_TIME))
    # It takes the column's type, whatever that is.
    return sql.Literal(_KEY if type_ == "uuid" else _NUMBER)


def _texts(plan: Any) -> Iterator[tuple[str, str]]:
    for part in plan if isinstance(plan, list) else [plan]:
        for name, value in part.items():
            if isinstance(value, str):
                yield name, value
            elif isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict)):
                yield from _texts(value)


def _is_answered(conditions: set[tuple[str, str]]) -> bool:
    """Return whether an index is used; also if no row is looked at, as of a partitioned table's other partitions."""
    return not conditions or any(name == "Index Cond" for name, _ in conditions)
