"""One PostgreSQL server, with a database per pack: the application's own tables and the awkward cases in them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ecommerce_pipeline.mapping.packs import SHOPS
from ecommerce_pipeline.resources.postgres.address import Address
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline_tests.support.administration import administration

FOLDER = Path(__file__).parent

Copy = Callable[[str], Address]
"""Makes a copy of a pack's database, or an empty one for the name `template1`."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresResource]:
    database = PostgresResource(embedded_dir=str(tmp_path_factory.mktemp("postgres")))
    yield database
    embedded = database.embedded()
    assert embedded is not None
    embedded.destroy()


@pytest.fixture(scope="session")
def copy_of(server: PostgresResource) -> Copy:
    address = server.address()
    made = 0

    def create(name: str, template: str) -> Address:
        with administration(server) as connection:
            connection.execute(f'CREATE DATABASE "{name}" OWNER {address.user} TEMPLATE {template}'.encode())
        return replace(address, database=name)

    def copy(pack: str) -> Address:
        nonlocal made
        made += 1
        if pack != "template1" and pack not in filled:
            filled.add(pack)
            with psycopg.connect(create(pack, "template1").conninfo, options="-c timezone=UTC") as connection:
                demo = SHOPS / pack / "demo" / "schema.sql"
                for file in (demo if demo.exists() else FOLDER / pack / "schema.sql", FOLDER / pack / "rows.sql"):
                    connection.execute(file.read_bytes())
        return create(f"{pack}_{made}", pack)

    filled: set[str] = set()
    return copy
