"""Values that PostgreSQL has, and the lake and the warehouses do not: NaN, infinity, years before 1 or after 9999.

Only a query finds them: DuckDB's reader turns NaN into 0.00. `catalog` checks the values of columns that are wider than
the contract.
"""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import Connection, sql
from sqlalchemy import Column, Date, DateTime, Table

from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.tables import WRITTEN_AT, business_key, kind

SHOWN: Final = 3
# PostgreSQL sorts NaN above all numbers.
FINITE: Final = "CAST({} AS numeric) BETWEEN -1e38 AND 1e38"
_NUMBER: Final = f"NOT ({FINITE})"
_DATE: Final = "NOT ({} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31')"
_INSTANT: Final = "NOT ({0} >= TIMESTAMPTZ '0001-01-01 00:00:00+00' AND {0} < TIMESTAMPTZ '10000-01-01 00:00:00+00')"


def special_values(connection: Connection, table: Table, found: Mapping[str, Found], rows: sql.Composable) -> list[str]:
    """Return the first special values with column and key, a sentence each.

    Args:
        connection: A connection to the server.
        table: The contract; the table has compatible types.
        found: The columns in the database.
        rows: The condition of the rows to check. Rows of no day, because their day is special, are checked too.
    """
    conditions = {
        column.name: sql.SQL(condition).format(sql.Identifier(column.name))
        for column in table.columns
        if (condition := _condition(column, found)) is not None
    }
    values = sql.SQL(", ").join(
        sql.SQL("({}, {}, CAST({} AS text))").format(name, condition, sql.Identifier(name))
        for name, condition in conditions.items()
    )
    undated = conditions[WRITTEN_AT] if kind(table) == "event" else sql.SQL("FALSE")
    query = sql.SQL(
        "SELECT special.column_name, {key}, special.text FROM {table} "
        "CROSS JOIN LATERAL (VALUES {values}) AS special (column_name, found, text) "
        "WHERE (({rows}) OR {undated}) AND ({any}) AND special.found ORDER BY {key} LIMIT {limit}"
    ).format(
        key=sql.Identifier(business_key(table)),
        table=sql.Identifier(str(table.schema), table.name),
        values=values,
        rows=rows,
        undated=undated,
        any=sql.SQL(" OR ").join(conditions.values()),
        limit=sql.Literal(SHOWN),
    )
    return [
        f"column {column} is {value} where {business_key(table)} = {key}, which neither the lake nor a warehouse can "
        "hold: correct the value, or leave the row out in a view"
        for column, key, value in connection.execute(query).fetchall()
    ]


def _condition(column: Column[Any], found: Mapping[str, Found]) -> str | None:
    match column.type:
        case DateTime():
            return _INSTANT
        case Date():
            return _DATE
    # An integer of the contract may be a numeric in the database, and the other way round.
    return _NUMBER if column.name in found and found[column.name].type.startswith("numeric") else None
