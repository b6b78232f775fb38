"""The administrator's login to the embedded server, for what the role of runs may not do."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ecommerce_pipeline.resources.postgres.address import LOCAL, Address
from ecommerce_pipeline.resources.postgres.resource import PostgresResource


def administrator_of(database: PostgresResource, *, name: str | None = None) -> Address:
    """Return the administrator's address, in the database of runs or another one."""
    embedded = database.embedded()
    assert embedded is not None
    login = embedded.administrator()
    return Address(login.host, login.port, name or login.database, login.user, login.password, LOCAL)


@contextmanager
def administration(database: PostgresResource, *, name: str | None = None) -> Iterator[psycopg.Connection]:
    """Log in as the administrator; each statement commits."""
    with psycopg.connect(administrator_of(database, name=name).conninfo, autocommit=True) as connection:
        yield connection
