"""Values that PostgreSQL has, and the lake and the warehouses do not: NaN, infinity, years before 1 or after 9999.

Only a query finds them: DuckDB's reader turns NaN into 0.00. `catalog` checks the values of columns that are wider than
the contract.
"""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import Connection, sql
from sqlalchemy import Column, Date, DateTime

from ecommerce_pipeline.resources.postgres.catalog import FINITE
from ecommerce_pipeline.resources.postgres.relations import Relation
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.personal import MASK, PERSONAL_NAMES
from ecommerce_pipeline.schema.tables import HAPPENED_AT, business_key, extracted_columns, kind

SHOWN: Final = 3
_NUMBER: Final = f"NOT ({FINITE})"
# With a precision it cannot be infinite: https://www.postgresql.org/docs/current/datatype-numeric.html
_BOUNDED_NUMBER: Final = "{} = 'NaN'"
_DATE: Final = "NOT ({} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31')"
INSTANT: Final = "NOT ({0} >= TIMESTAMPTZ '0001-01-01 00:00:00+00' AND {0} < TIMESTAMPTZ '10000-01-01 00:00:00+00')"


def special_values(connection: Connection, relation: Relation, rows: sql.Composable) -> list[str]:
    """Return the first special values with column and key, a sentence each.

    Args:
        connection: A connection to the server.
        relation: The table, which has compatible types.
        rows: A subquery of the rows to check. Rows of no day, because their time is special, are checked too.
    """
    table, found = relation.table, relation.found
    conditions = {
        column.name: sql.SQL(condition).format(sql.Identifier(column.name))
        for column in extracted_columns(table)
        if (condition := _condition(column, found)) is not None
    }
    values = sql.SQL(", ").join(
        sql.SQL("({}, {}, {})").format(name, condition, _shown(name)) for name, condition in conditions.items()
    )
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in extracted_columns(table))
    if kind(table) == "event":
        rows = sql.SQL(
            "(SELECT {columns} FROM {rows} AS rows_ UNION ALL SELECT {columns} FROM {table} AS rows_ WHERE {undated})"
        ).format(columns=columns, rows=rows, table=relation.rows, undated=conditions[HAPPENED_AT])
    special = sql.SQL(" OR ").join(conditions.values())
    # Nearly always none. A count uses parallel workers and needs no order: a quarter of the time of the query below.
    count = sql.SQL("SELECT count(*) FROM {} AS rows_ WHERE {}").format(rows, special)
    if connection.execute(count).fetchone() == (0,):
        return []
    query = sql.SQL(
        "SELECT DISTINCT ON ({key}, special.column_name) special.column_name, {key}, special.text FROM {rows} AS rows_ "
        "CROSS JOIN LATERAL (VALUES {values}) AS special (column_name, found, text) "
        "WHERE ({special}) AND special.found ORDER BY {key} LIMIT {limit}"
    ).format(
        key=sql.Identifier(business_key(table)),
        rows=rows,
        values=values,
        special=special,
        limit=sql.Literal(SHOWN),
    )
    return [
        f"column {column} is {value} where {business_key(table)} = {key}, which neither the lake nor a warehouse can "
        "hold: correct the value, or leave the row out in a view"
        for column, key, value in connection.execute(query).fetchall()
    ]


def _shown(column: str) -> sql.Composable:
    if column in PERSONAL_NAMES:  # messages are logged and mailed
        return sql.Literal(MASK)
    return sql.SQL("CAST({} AS text)").format(sql.Identifier(column))


def _condition(column: Column[Any], found: Mapping[str, Found]) -> str | None:
    match column.type:
        case DateTime():
            return INSTANT
        case Date():
            return _DATE
    # An integer of the contract may be a numeric in the database, and the other way round.
    match found[column.name].type if column.name in found else "":
        case "numeric":
            return _NUMBER
        case bounded if bounded.startswith("numeric("):
            return _BOUNDED_NUMBER
    return None
