"""The page's SQL: the same for both warehouses, and over the tables that the graph and dbt's exposures name."""

from typing import Any

import pytest
import sqlglot
import yaml

from ecommerce_pipeline.assets.dashboard import dashboard_assets
from ecommerce_pipeline.dashboard.exposures import EXPOSURES
from ecommerce_pipeline.dashboard.forecast_queries import FORECASTS
from ecommerce_pipeline.dashboard.periods import periods
from ecommerce_pipeline.dashboard.product_queries import PRODUCTS, leading_products
from ecommerce_pipeline.dashboard.queries import QUERIES, forecasts_read, tables_read
from ecommerce_pipeline.forecasts import extra
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace
from ecommerce_pipeline_tests.dashboard.test_periods import AS_OF, delivered

TEXTS = {**QUERIES, **FORECASTS, PRODUCTS: leading_products(periods(AS_OF, AS_OF, delivered(1)))}


@pytest.mark.parametrize("name", TEXTS)
def test_a_query_means_the_same_to_duckdb_and_bigquery(name: str) -> None:
    """Parsed as DuckDB's and as BigQuery's SQL it is the same statement, with the same order of nulls."""
    sql = TEXTS[name].format(core="core", datamart="datamart", forecast="forecast")
    duckdb, bigquery = (sqlglot.parse_one(sql, dialect=dialect) for dialect in ("duckdb", "bigquery"))
    assert duckdb.sql("duckdb") == bigquery.sql("duckdb")


def exposures() -> dict[str, set[str]]:
    listed: list[dict[str, Any]] = yaml.safe_load((DBT_DIR / EXPOSURES).read_text())["exposures"]
    return {one["name"]: {ref.removeprefix("ref('").removesuffix("')") for ref in one["depends_on"]} for one in listed}


def parents() -> dict[str, set[tuple[str, ...]]]:
    settings = Settings.from_environment({})
    return {
        "_".join(one.key.path): {tuple(dep.asset_key.path) for dep in one.specs_by_key[one.key].deps}
        for one in dashboard_assets(settings, dbt_workspace(settings), None)
    }


def test_the_exposures_are_the_parents_of_the_dashboard_in_the_graph() -> None:
    models = {name: {path[-1] for path in found - forecasts_read()} for name, found in parents().items()}
    assert exposures() == models
    assert models["dashboard_report"] == {name for _, name in tables_read()}


def test_the_page_follows_the_forecasts_where_their_extra_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert forecasts_read() <= parents()["dashboard_report"]
    monkeypatch.setattr(extra, "LIBRARY", "no_such_library")
    assert not forecasts_read() & parents()["dashboard_report"]
