"""The columns of a source table in PostgreSQL's catalog, and a check of values that the column type does not limit."""

from collections.abc import Sequence
from typing import Final

from psycopg import Connection, sql
from sqlalchemy import Table

from ecommerce_pipeline.schema.drift import Doubt, Found
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import business_key

# PostgreSQL sorts NaN above all numbers.
FINITE: Final = "CAST({} AS numeric) BETWEEN -1e38 AND 1e38"

# A view's columns have no NOT NULL, whatever its tables have; a domain, also one over a domain, is replaced by the type
# below it.
_COLUMNS = """
    SELECT
        a.attname,
        CASE base.typtype
            WHEN 'e' THEN 'enum ' || format_type(base.oid, NULL)
            ELSE format_type(base.oid, base.modifier)
        END,
        CASE WHEN c.relkind IN ('r', 'p') THEN NOT (a.attnotnull OR base.not_null) END
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
        WITH RECURSIVE below AS (
            SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, a.atttypmod AS modifier, t.typnotnull AS not_null
            FROM pg_type AS t WHERE t.oid = a.atttypid
            UNION ALL
            SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod, d.typtypmod, d.not_null OR t.typnotnull
            FROM below AS d JOIN pg_type AS t ON t.oid = d.typbasetype WHERE d.typtype = 'd'
        )
        SELECT * FROM below WHERE typtype <> 'd'
    ) AS base
    WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""

# The server describes a column of a domain by the type below it.
_TYPES = """
    SELECT CASE t.typtype WHEN 'e' THEN 'enum ' ELSE '' END || format_type(t.oid, wanted.modifier)
    FROM unnest(%s::oid[], %s::integer[]) WITH ORDINALITY AS wanted (oid, modifier, place)
    JOIN pg_type AS t ON t.oid = wanted.oid ORDER BY wanted.place
"""


def found_columns(connection: Connection, table: Table) -> dict[str, Found]:
    """Return the columns of a table in order; none if it does not exist. No privilege on it is needed."""
    rows = connection.execute(_COLUMNS, [table.schema, table.name]).fetchall()
    return {name: Found(type_, nullable) for name, type_, nullable in rows}


def columns_of_query(connection: Connection, query: str) -> dict[str, Found]:
    """Return the columns of a query, in order; whether they may be null is not known.

    Raises:
        psycopg.Error: The server rejects the query.
    """
    cursor = connection.execute(sql.SQL("SELECT * FROM ({}\n) AS rows_ LIMIT 0").format(sql.SQL(query)))
    columns = cursor.description or ()
    modifiers = [cursor.pgresult.fmod(position) for position in range(len(columns))] if cursor.pgresult else []
    oids = [column.type_code for column in columns]
    types = connection.execute(_TYPES, [oids, modifiers]).fetchall()
    return {column.name: Found(type_, None) for column, (type_,) in zip(columns, types, strict=True)}


def misfits(connection: Connection, table: Table, doubts: Sequence[Doubt], rows: sql.Composable) -> list[str]:
    """Return which columns contain values that do not fit the contract's type, a sentence each.

    Args:
        connection: A connection to the server.
        table: The contract.
        doubts: The columns to check, all in one query.
        rows: A subquery of the rows to check.
    """
    if not doubts:
        return []
    key: sql.Composable = sql.Identifier(business_key(table))
    if postgres_type(table.columns[business_key(table)].type) == "text":
        key = sql.SQL("CAST({} AS text)").format(key)  # older servers have no least uuid
    counts = sql.SQL(", ").join(
        sql.SQL("count(*) FILTER (WHERE {misfit}), min({key}) FILTER (WHERE {misfit})").format(
            misfit=_misfit(doubt), key=key
        )
        for doubt in doubts
    )
    answer = connection.execute(sql.SQL("SELECT {} FROM {} AS rows_").format(counts, rows)).fetchone() or ()
    return [
        f"column {doubt.column} has {count} values that do not fit, the first where {business_key(table)} = {first}: "
        f"{doubt.remedy}"
        for doubt, count, first in zip(doubts, answer[::2], answer[1::2], strict=True)
        if count
    ]


def _misfit(doubt: Doubt) -> sql.Composed:
    # What is not finite is not for the contract to change: see `special_values`.
    finite = sql.SQL(FINITE).format(sql.Identifier(doubt.column))
    return sql.SQL("{finite} AND NOT ({value} BETWEEN {low} AND {high} AND {value} = round({value}, {scale}))").format(
        finite=finite,
        value=sql.SQL("CAST({} AS numeric)").format(sql.Identifier(doubt.column)),
        low=sql.Literal(doubt.low),
        high=sql.Literal(doubt.high),
        scale=sql.Literal(doubt.scale),
    )
