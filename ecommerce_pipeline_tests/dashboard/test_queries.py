"""The page's SQL: the same for both warehouses, and over the tables that the graph and dbt's exposures name."""

from typing import Any

import pytest
import sqlglot
import yaml
from dagster import AssetKey

from ecommerce_pipeline.assets.dashboard import MARTS, dashboard_assets
from ecommerce_pipeline.dashboard.periods import periods
from ecommerce_pipeline.dashboard.queries import PRODUCTS, QUERIES, tables_read, top_products
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace
from ecommerce_pipeline_tests.dashboard.test_periods import AS_OF, delivered

TEXTS = {**QUERIES, PRODUCTS: top_products(periods(AS_OF, AS_OF, delivered(1)))}


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_means_the_same_to_duckdb_and_bigquery(name: str) -> None:
    """Parsed as DuckDB's and as BigQuery's SQL it is the same statement, with the same order of nulls."""
    sql = TEXTS[name].format(core="core", datamart="datamart")
    duckdb, bigquery = (sqlglot.parse_one(sql, dialect=dialect) for dialect in ("duckdb", "bigquery"))
    assert duckdb.sql("duckdb") == bigquery.sql("duckdb")


def exposures() -> dict[str, set[str]]:
    files = (DBT_DIR / "models").rglob("exposures.yml")
    listed: list[dict[str, Any]] = [one for file in files for one in yaml.safe_load(file.read_text())["exposures"]]
    return {one["name"]: {ref.removeprefix("ref('").removesuffix("')") for ref in one["depends_on"]} for one in listed}


def test_the_exposures_and_the_graph_name_the_tables_that_the_queries_read() -> None:
    found = exposures()
    assert found["dashboard_report"] | found["dashboard_report_quarantine"] == {name for _, name in tables_read()}
    assert found["dashboard_looker_studio"] == set(MARTS)
    settings = Settings.from_environment({})
    report, looker_studio = dashboard_assets(settings, dbt_workspace(settings))
    parents = {
        one.key: one.specs_by_key[one.key].deps  # type: ignore[index]
        for one in (report, looker_studio)
    }
    read = {AssetKey([layer, name]) for layer, name in tables_read()}
    assert {dep.asset_key for dep in parents[report.key]} == read
    assert {dep.asset_key for dep in parents[looker_studio.key]} == {AssetKey(["datamart", name]) for name in MARTS}


def test_looker_studio_gets_every_mart() -> None:
    assert sorted(path.stem for path in (DBT_DIR / "models" / "datamart").glob("*.sql")) == list(MARTS)
