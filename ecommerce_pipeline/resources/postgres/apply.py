"""Writing what a synthetic shop's application wrote, in one transaction: rows by key, and deletions.

Days of its life may be written in any order: the newest version of a row wins, and a deleted row does not come back,
because its key and the time of its last deletion are kept in a table of their own.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from psycopg import Connection, sql
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.ingest import ingest
from ecommerce_pipeline.schema.keys import key_type
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import EVENTS, SCHEMA, UPDATED_AT, business_key, kind

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc

_DELETED: Final = sql.Identifier(SCHEMA, "deleted_rows")
_WRITTEN: Final = sql.Identifier(SCHEMA, "written_days")


def apply(
    cursor: "adbc.Cursor", table: Table, rows: pa.RecordBatchReader, deleted: Callable[[], pa.Table], days: Days
) -> int:
    """Write rows and deletions within the cursor's transaction; return the number of rows.

    Args:
        cursor: Of a transaction.
        table: The table, which exists.
        rows: The rows, which may have several versions of a key.
        deleted: Called when all rows have been read; returns columns `key` and `deleted_at` of the deleted rows.
        days: The days of the application's life that are written.
    """
    cursor.execute(f"SELECT pg_advisory_xact_lock(hashtext('apply {table}'))")
    cursor.execute(f"CREATE TEMPORARY TABLE deleted (key {_key_type()}, deleted_at timestamptz) ON COMMIT DROP")
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(_name(table)).as_string())
    if cursor.fetchone() == (True,):
        cursor.execute(f"CREATE TEMPORARY TABLE incoming (LIKE {_name(table).as_string()}) ON COMMIT DROP")
        count = ingest(cursor, "incoming", rows, temporary=True)
        statements = (*_deletions(table), *_one_version(table, sql.Identifier("incoming")), *_merge(table))
    else:
        # No row to be merged with: written once instead of twice.
        count = ingest(cursor, table.name, rows, db_schema_name=table.schema)
        statements = (*_deletions(table), *_one_version(table, _name(table)))
    ingest(cursor, "deleted", deleted().to_reader(), temporary=True)
    for statement in (*statements, _record(table, days)):
        cursor.execute(statement.as_string())
    return count


def create_records() -> Iterator[sql.Composed]:
    """Yield the statements that create the tables of deleted keys and of written days."""
    for name, columns in (
        (
            _DELETED,
            f"table_name text, key {_key_type()}, deleted_at timestamptz NOT NULL, PRIMARY KEY (table_name, key)",
        ),
        (_WRITTEN, "table_name text, day date, PRIMARY KEY (table_name, day)"),
    ):
        yield sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(name, sql.SQL(columns))


def written_days(connection: Connection) -> set[date]:
    """Return the days of the application's life of which all event tables are written; none of another database."""
    if connection.execute("SELECT to_regclass(%s)", [_WRITTEN.as_string()]).fetchone() == (None,):
        return set()
    query = sql.SQL("SELECT day FROM {} WHERE table_name = ANY(%s) GROUP BY day HAVING count(*) = %s").format(_WRITTEN)
    return {day for (day,) in connection.execute(query, [[*EVENTS], len(EVENTS)]).fetchall()}


def _record(table: Table, days: Days) -> sql.Composed:
    values = sql.SQL(", ").join(sql.SQL("({}, {}::date)").format(table.name, day.isoformat()) for day in days)
    return sql.SQL("INSERT INTO {} VALUES {} ON CONFLICT DO NOTHING").format(_WRITTEN, values)


def _deletions(table: Table) -> Iterator[sql.Composed]:
    """Yield the statements that keep the deletions, and delete the rows that are there."""
    yield from _formatted(
        table,
        "INSERT INTO {deleted} AS known SELECT {name}, key, max(deleted_at) FROM deleted GROUP BY key "
        "ON CONFLICT (table_name, key) DO UPDATE SET deleted_at = excluded.deleted_at "
        "WHERE excluded.deleted_at > known.deleted_at",
        "DELETE FROM {table} AS present USING deleted "
        "WHERE present.{key} = CAST(deleted.key AS {type}) AND present.{updated} <= deleted.deleted_at",
    )


def _one_version(table: Table, incoming: sql.Identifier) -> Iterator[sql.Composed]:
    """Yield the statements that leave, of rows that came in, the newest versions, if they are not deleted."""
    yield from _formatted(
        table,
        "DELETE FROM {incoming} AS incoming USING {deleted} AS gone "
        "WHERE gone.table_name = {name} AND CAST(gone.key AS {type}) = incoming.{key} "
        "AND gone.deleted_at >= incoming.{updated}",
        "DELETE FROM {incoming} AS incoming USING (SELECT {key}, max({updated}) AS newest FROM {incoming} "
        "GROUP BY {key} HAVING count(*) > 1) AS several "
        "WHERE several.{key} = incoming.{key} AND several.newest > incoming.{updated}",
        incoming=incoming,
    )


def _merge(table: Table) -> Iterator[sql.Composed]:
    """Yield the statements that write the incoming rows into a table that has some."""
    yield from _formatted(
        table,
        "DELETE FROM {table} AS present USING incoming "
        "WHERE present.{key} = incoming.{key} AND present.{updated} <{or_equal} incoming.{updated}",
        "INSERT INTO {table} SELECT incoming.* FROM incoming WHERE NOT EXISTS (SELECT FROM {table} AS present "
        "WHERE present.{key} = incoming.{key} AND present.{updated} >{not_newer} incoming.{updated})",
    )


def _formatted(table: Table, *statements: str, **more: sql.Composable) -> Iterator[sql.Composed]:
    names = {
        "table": _name(table),
        "name": sql.Literal(table.name),
        "key": sql.Identifier(business_key(table)),
        "type": sql.SQL(postgres_type(table.columns[business_key(table)].type)),
        "updated": sql.Identifier(UPDATED_AT),
        "deleted": _DELETED,
        # A day of events that is written again repairs its rows; a snapshot leaves alone what has not changed.
        "or_equal": sql.SQL("=" if kind(table) == "event" else ""),
        "not_newer": sql.SQL("" if kind(table) == "event" else "="),
    }
    for statement in statements:
        yield sql.SQL(statement).format(**names, **more)


def _key_type() -> str:
    return postgres_type(key_type())


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(str(table.schema), table.name)
