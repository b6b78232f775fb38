"""The three clients with which the platform connects to PostgreSQL, each with its own libpq."""

from collections.abc import Callable
from datetime import date

import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import transaction_items
from ecommerce_pipeline_tests.support.rows import instants, order_lines, put

DAY = Days.of_day(date(2026, 3, 1))


def by_psycopg(database: PostgresResource) -> None:
    with database.connect() as connection:
        connection.execute("SELECT 1")


def by_adbc(database: PostgresResource) -> None:
    put(database, order_lines(instants("2026-03-01", 1)))


def by_duckdb(database: PostgresResource) -> None:
    database.stream(transaction_items, DAY).read_all()


CLIENTS = pytest.mark.parametrize("use", [by_psycopg, by_adbc, by_duckdb], ids=["psycopg", "ADBC", "DuckDB"])
Use = Callable[[PostgresResource], None]
