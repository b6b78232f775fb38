"""Limits that keep a reader from hurting a live shop: the time of a statement, and rows in a second."""

from collections.abc import Iterator
from time import monotonic

import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES

ROWS = 100_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    owner = PostgresResource(embedded_dir=str(tmp_path_factory.mktemp("limits") / "postgres"))
    with owner.connect() as connection:
        connection.execute("CREATE SCHEMA ecommerce")
        connection.execute(
            "CREATE VIEW ecommerce.stores AS SELECT store_id, 'S' || store_id AS code "
            f"FROM generate_series(1, {ROWS}) AS store_id"
        )
        connection.execute(
            "CREATE VIEW ecommerce.products AS SELECT 1 AS product_id, 'slow' AS product_name FROM pg_sleep(5)"
        )
    address = owner.address()
    login = {"host": address.host, "port": address.port, "database": address.database, "user": address.user}
    yield {**login, "embedded_dir": "", "password": address.password}
    embedded = owner.embedded()
    assert embedded
    embedded.destroy()


def limited(shop: dict[str, object], monkeypatch: pytest.MonkeyPatch, **limits: int) -> PostgresResource:
    monkeypatch.setenv("POSTGRES_PASSWORD", str(shop["password"]))
    return PostgresResource(**{name: value for name, value in shop.items() if name != "password"}, **limits)


def test_a_statement_that_takes_too_long_is_ended_by_the_server(
    shop: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = limited(shop, monkeypatch, statement_seconds=1)
    ended = r"statement timeout.*POSTGRES_STATEMENT_SECONDS"
    with pytest.raises(PlatformError, match=ended):
        database.rows("SELECT * FROM ecommerce.products")
    with pytest.raises(PlatformError, match=ended):
        database.stream(TABLES["products"]).read_all()


def test_no_more_rows_are_read_in_a_second_than_the_limit(
    shop: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    began = monotonic()
    assert limited(shop, monkeypatch).stream(TABLES["stores"]).read_all().num_rows == ROWS
    free = monotonic() - began
    began = monotonic()
    assert limited(shop, monkeypatch, rows_per_second=50_000).stream(TABLES["stores"]).read_all().num_rows == ROWS
    assert monotonic() - began > max(1.9, free)
