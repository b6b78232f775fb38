"""What a transaction in PostgreSQL relies on, whatever the server, database and role set, for all three clients.

The parameters are set in each transaction and end with it, because a pooler hands the connection to others afterwards:
https://www.pgbouncer.org/features.html. `address` has the parameters of the connection.
"""

from typing import Any, Final

from psycopg import sql

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.lock_waits import LOCK_TIMEOUT
from ecommerce_pipeline.schema.tables import SCHEMA

ISOLATION: Final = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
"""The first statement of a writing transaction: after waiting for another writer it must see that writer's rows."""

_PARAMETERS: Final = {
    # A query that a policy would filter fails, instead of returning a part of the table.
    "row_security": "off",
    # Each name is qualified; the path is for functions that the shop's views call.
    "search_path": f"pg_catalog, {SCHEMA}, public, pg_temp",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "lock_timeout": LOCK_TIMEOUT,
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    # A committed row must survive a crash of the server.
    "synchronous_commit": "on",
}


def begin(*, statement_seconds: int = 0, transaction: bool = True) -> str:
    """Return the query that sets the parameters that the server knows; its row is for `check_session`.

    Args:
        statement_seconds: How long a statement may take; 0 for no limit.
        transaction: Until the transaction ends; otherwise for the session, as autocommit needs it.
    """
    parameters = {**_PARAMETERS, "statement_timeout": f"{statement_seconds}s"}
    values = sql.SQL(", ").join(sql.SQL("({}, {})").format(name, value) for name, value in parameters.items())
    return (
        sql.SQL(
            "SELECT pg_catalog.current_setting('server_encoding') AS encoding, "
            "CAST(pg_catalog.pg_backend_pid() AS text) AS session, "
            "pg_catalog.count(pg_catalog.set_config(name, value, {})) AS parameters "
            "FROM (VALUES {}) AS wanted (name, value) JOIN pg_catalog.pg_settings USING (name)"
        )
        .format(sql.Literal(transaction), values)
        .as_string()
    )


def check_session(address: Address, row: tuple[Any, ...] | None) -> int:
    """Check the row that `begin` returned.

    Returns:
        The process of the server that serves the transaction.

    Raises:
        PlatformError: The server does not know the encoding of its texts.
    """
    if row is None or row[0] == "SQL_ASCII":
        raise PlatformError(
            f"PostgreSQL at {address}: the database has the encoding SQL_ASCII, so that the server cannot convert its "
            "texts to UTF-8. Dump it, and restore it into a database that was created with the encoding of its texts "
            "(CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0)."
        )
    return int(row[1])
