"""SOURCE=external: the tables are somebody else's; nothing is generated, and what does not serve is named."""

from collections.abc import Callable

import pytest
from dagster import AssetKey

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


@pytest.fixture
def owner(new_platform: Callable[..., Platform]) -> Platform:
    """Give the platform of who owns the shop's database, with one day in it."""
    platform = new_platform("owner")
    platform.run(DAY, job="ingest")
    return platform


@pytest.fixture
def reader(new_platform: Callable[..., Platform], owner: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Give a platform that may read the tables and nothing else."""
    with postgres(owner.settings).connect() as connection:
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


def test_the_graph_runs_on_tables_that_are_there_shows_their_drift_and_generates_nothing(
    reader: Platform, owner: Platform
) -> None:
    graph = reader.definitions.resolve_asset_graph()
    assert not graph.get(AssetKey(["source", "transactions"])).is_executable
    assert graph.get(AssetKey(["lake", "transactions"])).is_executable
    with postgres(owner.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews ADD COLUMN helpful_votes integer")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE bigint")
    steps = [progress.step for progress in reader.run(DAY) if progress.kind == "ended"]
    assert not [step for step in steps if step.startswith("source/")]
    [(orders,)] = reader.query("SELECT count(*) FROM core.stg_transactions")
    assert orders > 0
    shown = reader.instance.get_latest_materialization_event(AssetKey(["lake", "reviews"]))
    assert shown is not None
    assert shown.asset_materialization is not None
    drift = str(shown.asset_materialization.metadata["schema drift"].value)
    assert "column rating is bigint, wider than the contract's integer" in drift
    assert "column helpful_votes (integer) is not in the contract and is not read" in drift
    unchanged = reader.instance.get_latest_materialization_event(AssetKey(["lake", "refunds"]))
    assert unchanged is not None
    assert unchanged.asset_materialization is not None
    assert "schema drift" not in unchanged.asset_materialization.metadata


def test_a_table_that_does_not_serve_is_one_error_naming_each_column(reader: Platform, owner: Platform) -> None:
    with postgres(owner.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews DROP COLUMN body")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE double precision")
    with pytest.raises(PlatformError) as caught:
        reader.run(DAY, job="extract")
    message = str(caught.value)
    assert "source table ecommerce.reviews" in message
    assert "column body (text) is missing" in message
    assert "column rating is double precision, expected integer" in message
    with postgres(owner.settings).connect() as connection:
        connection.execute("DROP TABLE ecommerce.reviews")
    with pytest.raises(PlatformError, match=r"table ecommerce\.reviews does not exist"):
        reader.run(DAY, job="extract")
