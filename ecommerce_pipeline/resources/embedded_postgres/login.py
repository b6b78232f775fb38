"""Logging in to the server, and checking that it is the one of this folder."""

from dataclasses import dataclass, field
from typing import Any

import psycopg

from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import LOOPBACK
from ecommerce_pipeline.resources.embedded_postgres.postmaster import Postmaster, is_postmaster, read_postmaster
from ecommerce_pipeline.resources.embedded_postgres.roles import DATABASE, USER


@dataclass(frozen=True)
class Server:
    """A running server and how to log in to it."""

    host: str
    port: int
    user: str
    database: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class NotReady:
    """The reason why the server cannot be used yet."""

    reason: str


def log_in(home: Home) -> Server | NotReady:
    """Log in to the server as runs do, and return how to do so, or why it is not ready.

    SCRAM is required: only a server that has the password's verifier can complete the login, and another program on the
    port never sees the password.

    Args:
        home: The server's files.

    Raises:
        EmbeddedPostgresError: The server runs and rejects the password, or its database was dropped.
    """
    postmaster, password = read_postmaster(home.data), home.password
    if postmaster is None or not postmaster.ready or password is None:
        return NotReady("it does not run, or is starting or stopping")
    server = Server(LOOPBACK, postmaster.port, USER, DATABASE, password)
    try:
        with _connect(server) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    except psycopg.Error as error:
        return _explain(str(error).strip(), home, postmaster, server)
    if row is not None and (row[0] == str(home.data) or is_postmaster(postmaster.pid, home.data)):
        return server
    return NotReady(f"the server on port {server.port} belongs to {row and row[0]}")


def _explain(message: str, home: Home, postmaster: Postmaster, server: Server) -> Server | NotReady:
    if not is_postmaster(postmaster.pid, home.data):
        return NotReady("it does not run")
    if "password authentication failed" in message:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {home.data} rejects the password in {home.folder / 'password'}: one of them "
            f"was changed. Restore the old password; or {START_AFRESH}."
        )
    if f'database "{DATABASE}" does not exist' in message:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {home.data} has no database {DATABASE} any more. {START_AFRESH}."
        )
    if "too many clients" in message or "remaining connection slots" in message:
        return server
    return NotReady(message)


def _connect(server: Server) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        hostaddr=server.host,
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=server.database,
        require_auth="scram-sha-256",
        sslmode="disable",
        gssencmode="disable",
        options="",
        connect_timeout=5,
        autocommit=True,
    )
