"""Whether the server that answers is ours, and lets us in."""

from dataclasses import dataclass, field
from typing import Any

import psycopg

from ecommerce_pipeline.resources.embedded_postgres.cluster import DATABASE, USER
from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import LOOPBACK
from ecommerce_pipeline.resources.embedded_postgres.postmaster import Postmaster, is_postmaster, read_postmaster


@dataclass(frozen=True)
class Server:
    """A running server and how to log in to it."""

    host: str
    port: int
    user: str
    database: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Refusal:
    """Why there is no server to use (yet)."""

    reason: str


def ask(home: Home, *, may_create: bool = False) -> Server | Refusal:
    """Log in to the home's server.

    SCRAM is demanded of it: only a server that holds the password's verifier can complete the login, and a stranger on
    the port never sees the password.

    Args:
        home: The server's files.
        may_create: Create the database if the server lacks it; for the holder of the lock.

    Raises:
        EmbeddedPostgresError: Our server runs and refuses the password.
    """
    postmaster, password = read_postmaster(home.data), home.password
    if postmaster is None or not postmaster.ready or password is None:
        return Refusal("it does not run, or still starts or stops")
    server = Server(LOOPBACK, postmaster.port, USER, DATABASE, password)
    try:
        with _connect(server, DATABASE) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    except psycopg.OperationalError as error:
        return _explain(str(error).strip(), home, postmaster, server, may_create=may_create)
    if row is not None and (row[0] == str(home.data) or is_postmaster(postmaster.pid, home.data)):
        return server
    return Refusal(f"the server on port {server.port} is that of {row and row[0]}")


def _explain(said: str, home: Home, postmaster: Postmaster, server: Server, *, may_create: bool) -> Server | Refusal:
    if not is_postmaster(postmaster.pid, home.data):
        return Refusal("it does not run")
    if "password authentication failed" in said:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {home.data} refuses the password in {home.folder / 'password'}: one was "
            f"changed. Put the old password back; or {START_AFRESH}."
        )
    if "too many clients" in said:
        return server
    if may_create and f'database "{DATABASE}" does not exist' in said:
        return _create_database(server)
    return Refusal(said)


def _create_database(server: Server) -> Server | Refusal:
    try:
        with _connect(server, "postgres") as connection:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')
    except psycopg.Error as error:
        return Refusal(str(error).strip())
    return server


def _connect(server: Server, database: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        hostaddr=server.host,
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password,
        dbname=database,
        require_auth="scram-sha-256",
        sslmode="disable",
        gssencmode="disable",
        options="",
        connect_timeout=5,
        autocommit=True,
    )
