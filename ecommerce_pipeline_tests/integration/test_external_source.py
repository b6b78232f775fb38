"""SOURCE=external: the tables are somebody else's; nothing is generated, and what does not serve is named."""

import os
from collections.abc import Callable

import pytest
from dagster import AssetKey

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.postgres_address import Address
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.platform import Platform

DAY = "2026-03-08"


@pytest.fixture
def shop(new_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch) -> Address:
    """Give the address of a database that has the shop's tables with one day in them."""
    owner = new_platform("owner")
    owner.run(DAY, job="ingest")
    address = postgres(owner.settings).address()
    monkeypatch.setitem(os.environ, "POSTGRES_PASSWORD", address.password)
    return address


def reader(new_platform: Callable[..., Platform], shop: Address) -> Platform:
    return new_platform(
        "reader",
        SOURCE="external",
        POSTGRES_HOST=shop.host,
        POSTGRES_PORT=str(shop.port),
        POSTGRES_DB=shop.database,
        POSTGRES_USER=shop.user,
    )


def test_the_graph_runs_on_tables_that_are_there_shows_their_drift_and_generates_nothing(
    new_platform: Callable[..., Platform], shop: Address
) -> None:
    platform = reader(new_platform, shop)
    graph = platform.definitions.resolve_asset_graph()
    assert not graph.get(AssetKey(["source", "transactions"])).is_executable
    assert graph.get(AssetKey(["lake", "transactions"])).is_executable
    with postgres(platform.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews ADD COLUMN helpful_votes integer")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE bigint")
    steps = [progress.step for progress in platform.run(DAY) if progress.kind == "ended"]
    assert not [step for step in steps if step.startswith("source/")]
    [(orders,)] = platform.query("SELECT count(*) FROM core.stg_transactions")
    assert orders > 0
    shown = platform.instance.get_latest_materialization_event(AssetKey(["lake", "reviews"]))
    assert shown is not None
    assert shown.asset_materialization is not None
    drift = str(shown.asset_materialization.metadata["schema drift"].value)
    assert "column rating is bigint, wider than the contract's integer" in drift
    assert "column helpful_votes (integer) is not in the contract and is not read" in drift
    unchanged = platform.instance.get_latest_materialization_event(AssetKey(["lake", "refunds"]))
    assert unchanged is not None
    assert unchanged.asset_materialization is not None
    assert "schema drift" not in unchanged.asset_materialization.metadata


def test_a_table_that_does_not_serve_is_one_error_naming_each_column(
    new_platform: Callable[..., Platform], shop: Address
) -> None:
    platform = reader(new_platform, shop)
    with postgres(platform.settings).connect() as connection:
        connection.execute("ALTER TABLE ecommerce.reviews DROP COLUMN body")
        connection.execute("ALTER TABLE ecommerce.reviews ALTER COLUMN rating TYPE double precision")
    with pytest.raises(PlatformError) as caught:
        platform.run(DAY, job="extract")
    message = str(caught.value)
    assert "source table ecommerce.reviews" in message
    assert "column body (text) is missing" in message
    assert "column rating is double precision, expected integer" in message
    with postgres(platform.settings).connect() as connection:
        connection.execute("DROP TABLE ecommerce.reviews")
    with pytest.raises(PlatformError, match=r"table ecommerce\.reviews does not exist"):
        platform.run(DAY, job="extract")
