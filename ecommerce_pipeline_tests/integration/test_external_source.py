"""SOURCE=external: the tables already exist. Nothing is generated, and errors name what is unusable."""

from collections.abc import Callable

import pytest
from dagster import AssetKey

from ecommerce_pipeline.commands.doctor.local import source_indexes, source_tables
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.administration import administration
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


@pytest.fixture
def owner(new_platform: Callable[..., Platform]) -> Platform:
    """Return the platform that owns the shop's database, with one day in it."""
    platform = new_platform("owner")
    platform.run(DAY, job="ingest")
    return platform


@pytest.fixture
def reader(new_platform: Callable[..., Platform], owner: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Return a platform with read access to the tables and no other rights."""
    with administration(postgres(owner.settings)) as connection:
        connection.execute((PROJECT_ROOT / "deploy/postgres/extract_role.sql").read_bytes())
        connection.execute("ALTER ROLE ecommerce_extract PASSWORD 'correct horse'")
    monkeypatch.setenv("POSTGRES_PASSWORD", "correct horse")
    address = postgres(owner.settings).address()
    return new_platform(
        "reader",
        SOURCE="external",
        POSTGRES_HOST=address.host,
        POSTGRES_PORT=str(address.port),
        POSTGRES_DB=address.database,
        POSTGRES_USER="ecommerce_extract",
    )


def test_the_graph_runs_on_existing_tables_shows_their_drift_and_generates_nothing(
    reader: Platform, owner: Platform
) -> None:
    graph = reader.definitions.resolve_asset_graph()
    assert not graph.get(AssetKey(["source", "transactions"])).is_executable
    assert graph.get(AssetKey(["lake", "transactions"])).is_executable
    with postgres(owner.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews ADD COLUMN helpful_votes integer")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE bigint")
    assert source_indexes(reader.settings) == "days and changes are found by index"
    with postgres(owner.settings).connect() as connection:
        connection.execute("DROP INDEX ecommerce.reviews_updated_at_idx")
        connection.execute("ALTER TABLE ecommerce.refunds RENAME TO returns")
        columns = ", ".join(column.name for column in TABLES["refunds"].columns if column.name != "updated_at")
        view = f"CREATE VIEW ecommerce.refunds AS SELECT {columns}, created_at AS updated_at FROM ecommerce.returns"
        connection.execute(view.encode())
        connection.execute("GRANT SELECT ON ecommerce.refunds TO ecommerce_extract")
    assert source_indexes(reader.settings).splitlines() == [
        "slow, not wrong: whole tables are read to find days and changes; indexes help:",
        "  CREATE INDEX CONCURRENTLY ON ecommerce.reviews (updated_at);",
        "  updated_at of refunds is missing or does not say when a row changed: only `run --changed --exact` and the "
        "exact schedules find its changes",
    ]
    steps = [progress.step for progress in reader.run(DAY) if progress.kind == "ended"]
    assert not [step for step in steps if step.startswith("source/")]
    [(orders,)] = reader.query("SELECT count(*) FROM core.stg_transactions")
    assert orders > 0
    reviews = reader.instance.get_latest_materialization_event(AssetKey(["lake", "reviews"]))
    assert reviews is not None
    assert reviews.asset_materialization is not None
    drift = str(reviews.asset_materialization.metadata["schema drift"].value)
    assert "column rating is bigint, wider than the contract's integer" in drift
    assert "column helpful_votes (integer) is not in the contract and is not read" in drift
    refunds = reader.instance.get_latest_materialization_event(AssetKey(["lake", "refunds"]))
    assert refunds is not None
    assert refunds.asset_materialization is not None
    assert "schema drift" not in refunds.asset_materialization.metadata


def test_an_unusable_table_is_one_error_that_names_each_column(reader: Platform, owner: Platform) -> None:
    with postgres(owner.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews DROP COLUMN rating")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN body TYPE double precision USING 0")
        connection.execute("ALTER TABLE ecommerce.refunds DROP COLUMN updated_at")
    with pytest.raises(PlatformError) as caught:
        reader.run(DAY, job="extract")
    message = str(caught.value)
    assert "source table ecommerce.reviews" in message
    assert "column rating (integer) is missing" in message
    assert "column body is double precision, expected text" in message
    with postgres(owner.settings).connect() as connection:
        connection.execute("DROP TABLE ecommerce.reviews")
    found = source_tables(reader.settings).splitlines()
    assert found[0].startswith(f"{len(TABLES) - 1} of {len(TABLES)} tables of the contract are there: customers, ")
    assert "  table ecommerce.reviews does not exist: no ratings" in found
    assert "  refunds: columns that are missing are read as their defaults: updated_at as created_at" in found
    assert "updated_at of refunds is missing or does not say when a row changed" in source_indexes(reader.settings)
    with postgres(owner.settings).connect() as connection:
        connection.execute("DROP TABLE ecommerce.transaction_items")
    with pytest.raises(PlatformError, match=r"table ecommerce\.transaction_items does not exist"):
        reader.run(DAY, job="extract")
    with pytest.raises(PlatformError, match=r"table ecommerce\.transaction_items does not exist"):
        source_tables(reader.settings)
    assert source_indexes(reader.settings) == "not looked at, as tables are missing"
