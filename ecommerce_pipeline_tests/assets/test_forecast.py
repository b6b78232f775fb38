"""The asset of sales forecasts on a DuckDB file: which origins a run forecasts, and what its checks say."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from dagster import AssetKey, AssetsDefinition, ExecuteInProcessResult, asset, materialize

from ecommerce_pipeline.assets.common import ONE_RUN, daily
from ecommerce_pipeline.assets.forecast.sales import BETTER, COVERED, sales_daily_asset
from ecommerce_pipeline.instance.run_tags import RANGE_END_TAG, RANGE_START_TAG
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER, WarehouseIOManager
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline.settings import Settings

FIRST, DAYS = date(2025, 10, 1), 130
LAST = FIRST + timedelta(days=DAYS - 1)
MARTS = """
    CREATE SCHEMA core; CREATE SCHEMA datamart; CREATE SCHEMA staging;
    CREATE TABLE core.campaigns (campaign VARCHAR, first_day DATE, last_day DATE);
    CREATE TABLE staging.reconciliation AS
        SELECT CAST(day AS DATE) AS business_date FROM range($first, $last + INTERVAL 1 DAY, INTERVAL 1 DAY) AS t (day);
    CREATE TABLE datamart.marts_sales_as_known AS
        SELECT
            business_date, business_date AS known_date, 'web' AS channel, category,
            CASE WHEN category IS NULL THEN 10 + dayofweek(business_date) ELSE 0 END AS orders_sold,
            CAST(
                CASE WHEN category IS NULL THEN 0
                ELSE (100 + 10 * dayofweek(business_date))
                    * (1 + 0.02 * (CAST(hash(business_date) % 7 AS INTEGER) - 3)) END
            AS DECIMAL(38, 9)) AS net_amount
        FROM staging.reconciliation, (VALUES ('Books'), (NULL)) AS t (category);
"""


class Shop:
    """Marts in a DuckDB file, and runs of the asset on them."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings.from_environment(
            {"DATA_DIR": str(folder), "SOURCE": "external", "START_DATE": str(FIRST)}
        )
        self.warehouse = DuckDBWarehouse(path=str(self.settings.warehouse_path))
        with self.warehouse.connect() as connection:
            for statement in MARTS.split(";")[:-1]:
                named = {"first": FIRST, "last": LAST} if "$first" in statement else None
                connection.execute(statement, named)

    def change(self, sql: str) -> None:
        with self.warehouse.connect() as connection:
            connection.execute(sql)

    def run(self, first: date, last: date, *, with_mart: bool = False) -> ExecuteInProcessResult:
        store = FolderStore(folder=str(self.settings.lake_dir))
        resources = {
            "warehouse": self.warehouse,
            WAREHOUSE_IO_MANAGER: WarehouseIOManager(warehouse=self.warehouse, store=store),
        }
        assets = [sales_daily_asset(self.settings), *([mart(self.settings)] if with_mart else [])]
        tags = {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)}
        return materialize(assets, resources=resources, tags=tags)

    def forecasts(self) -> list[dict[str, object]]:
        return self.warehouse.query("FROM forecast.sales_daily ORDER BY ALL").to_pylist()


def mart(settings: Settings) -> AssetsDefinition:
    @asset(key=AssetKey(["datamart", "marts_sales_as_known"]), partitions_def=daily(settings), backfill_policy=ONE_RUN)
    def built() -> None: ...

    return built


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_run_that_builds_the_marts_keeps_what_was_forecast_and_one_of_its_own_replaces_it(shop: Shop) -> None:
    """A forecast that follows what became known later would be no forecast."""
    before = LAST - timedelta(days=1)
    shop.run(before, before, with_mart=True)
    first = shop.forecasts()
    assert {row["business_date"] for row in first} == {before}
    shop.change("UPDATE datamart.marts_sales_as_known SET net_amount = 2 * net_amount")
    shop.run(before, LAST, with_mart=True)
    both = shop.forecasts()
    assert [row for row in both if row["business_date"] == before] == first
    assert {row["business_date"] for row in both} == {before, LAST}
    shop.run(before, before)
    replaced = shop.forecasts()
    assert [row for row in replaced if row["business_date"] == LAST] == [
        row for row in both if row["business_date"] == LAST
    ]
    assert [row for row in replaced if row["business_date"] == before] != first


def test_a_planned_campaign_of_the_seed_is_expected_to_do_what_it_did(shop: Shop) -> None:
    past, planned = LAST - timedelta(days=60), LAST + timedelta(days=2)
    shop.change(
        f"UPDATE datamart.marts_sales_as_known SET net_amount = 3 * net_amount WHERE business_date "
        f"BETWEEN DATE '{past}' AND DATE '{past + timedelta(days=6)}'"
    )
    for first in (past, planned):
        shop.change(f"INSERT INTO core.campaigns VALUES ('sale', '{first}', DATE '{first}' + 6)")
    shop.run(LAST, LAST)
    whole = {
        row["target_date"]: row["mean"]
        for row in shop.forecasts()
        if (row["level"], row["measure"]) == ("all", "net_amount")
    }
    during, after = planned, planned + timedelta(days=7)
    assert during.weekday() == after.weekday()
    assert 2 < float(whole[during]) / float(whole[after]) < 3.5  # type: ignore[arg-type]


def test_the_checks_record_errors_and_coverage_and_pass_where_nothing_can_be_compared_yet(shop: Shop) -> None:
    early = FIRST + timedelta(days=20)
    checks = {one.check_name: one for one in shop.run(early, early).get_asset_check_evaluations()}
    assert {name: (one.passed, one.description) for name, one in checks.items()} == dict.fromkeys(
        (BETTER, COVERED), (True, "There are too few earlier origins to compare with.")
    )
    checks = {one.check_name: one for one in shop.run(LAST - timedelta(days=56), LAST).get_asset_check_evaluations()}
    better = {name: value.value for name, value in checks[BETTER].metadata.items()}
    assert better["net_amount: earlier origins"] == 8
    assert better["MASE of net_amount"] == pytest.approx(
        better["net_amount: share of naive"] * better["MASE of net_amount, naive"]  # type: ignore[operator]
    )
    assert "share in intervals of net_amount" in checks[COVERED].metadata
