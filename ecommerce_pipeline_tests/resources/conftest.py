"""A PostgreSQL for the tests of what connects to one: the embedded server, with the shop's empty tables."""

from collections.abc import Iterator

import pytest

from ecommerce_pipeline.resources.postgres import PostgresResource
from ecommerce_pipeline.schema.tables import TABLES


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresResource]:
    """Give the database as its owner, who may do everything."""
    database = PostgresResource(embedded_dir=str(tmp_path_factory.mktemp("postgres")))
    database.create_tables(list(TABLES.values()))
    yield database
    embedded = database.embedded()
    assert embedded is not None
    embedded.destroy()
