"""Dagster's storage in PostgreSQL, of a deployment: events, runs and key values."""

import os
from collections.abc import Iterator

import psycopg
from psycopg import sql

from ecommerce_pipeline.instance.storage_settings import PREFIX, storage_address
from ecommerce_pipeline.privacy.texts import Search
from ecommerce_pipeline.resources.postgres.errors import server_error
from ecommerce_pipeline.schema.personal import MASK

_COLUMNS = """
    SELECT c.table_name, c.column_name
    FROM information_schema.columns AS c
    JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
        AND c.data_type IN ('text', 'character varying')
    ORDER BY 1, 2
"""


class StoragePlace:
    """The texts in all tables of the database that DAGSTER_POSTGRES_HOST names; nothing without one."""

    name = "tables of Dagster's PostgreSQL"

    def __init__(self, search: Search) -> None:
        self._search = search

    def find(self) -> Iterator[tuple[str, int]]:
        """Count texts by table and column."""
        return self._searched(change=False)

    def remove(self) -> Iterator[tuple[str, int]]:
        """Mask the texts; a vacuum then gives their space free, which is overwritten in time."""
        return self._searched(change=True)

    def _searched(self, *, change: bool) -> Iterator[tuple[str, int]]:
        if not os.environ.get(f"{PREFIX}HOST"):
            return
        address = storage_address(os.environ)
        try:
            with psycopg.connect(address.conninfo, autocommit=True) as connection:
                for table, column in connection.execute(_COLUMNS).fetchall():
                    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
                    yield f"{address} {table}.{column}", self._in_column(connection, names, change=change)
                if change:
                    connection.execute("VACUUM")
        except psycopg.Error as error:
            raise server_error(address, error) from None

    def _in_column(self, connection: psycopg.Connection, names: dict[str, sql.Identifier], *, change: bool) -> int:
        found, changes = 0, []
        query = sql.SQL("SELECT ctid::text, {column} FROM {table} WHERE {column} IS NOT NULL").format(**names)
        with connection.transaction(), connection.cursor("texts") as cursor:
            for place, text in cursor.execute(query):
                if spans := self._search.spans(text):
                    found += len(spans)
                    changes.append((self._search.hidden(text, MASK, spans), place, text))
        if change:
            update = sql.SQL("UPDATE {table} SET {column} = %s WHERE ctid = %s::tid AND {column} = %s").format(**names)
            for one in changes:
                connection.execute(update, one)
        return found
