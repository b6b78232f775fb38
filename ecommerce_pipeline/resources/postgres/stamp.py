"""The settings that made the rows of a synthetic shop's database, kept in a table beside them."""

from collections.abc import Mapping
from typing import Final

from psycopg import Connection, sql

from ecommerce_pipeline.schema.tables import SCHEMA

_TABLE: Final = sql.Identifier(SCHEMA, "shop_settings")


def read_stamp(connection: Connection) -> dict[str, str]:
    """Return the settings by name; none of a database without a stamp."""
    if connection.execute("SELECT to_regclass(%s)", [_TABLE.as_string()]).fetchone() == (None,):
        return {}
    return dict(connection.execute(sql.SQL("SELECT name, value FROM {}").format(_TABLE)).fetchall())


def write_stamp(connection: Connection, stamp: Mapping[str, str]) -> None:
    """Add the settings that the stamp does not have; the schema must exist."""
    if read_stamp(connection).keys() >= stamp.keys():
        return
    # Of two processes that create the table at the same time, one would fail.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('ecommerce_pipeline.shop_settings'))")
    connection.execute(
        sql.SQL("CREATE TABLE IF NOT EXISTS {} (name text PRIMARY KEY, value text NOT NULL)").format(_TABLE)
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL("INSERT INTO {} VALUES (%s, %s) ON CONFLICT DO NOTHING").format(_TABLE), [*stamp.items()]
        )
