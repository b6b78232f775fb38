"""The links, checked against https://developers.google.com/data-studio/integrate/linking-api."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from dagster import materialize

from ecommerce_pipeline.assets.dashboard import dashboard_assets
from ecommerce_pipeline.dashboard.exposures import marts
from ecommerce_pipeline.dashboard.looker_studio import BigQuerySource, table_link, template_link
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.settings import Settings, SettingsError
from ecommerce_pipeline.targets import dbt_workspace

MARTS = marts(DBT_DIR)
HOST = "https://datastudio.google.com"
SOURCE = BigQuerySource("shop-project", "ecommerce_datamart")

CONTROL = {"c.reportId", "c.pageId", "c.mode", "c.explain"}
REPORT = {"r.reportName", "r.measurementId", "r.keepMeasurementId"}
OF_ANY_SOURCE = {"connector", "datasourceName", "keepDatasourceName", "refreshFields"}
OF_BIGQUERY = {"type", "projectId", "billingProjectId", "datasetId", "tableId", "isPartitioned", "sql", "sqlReplace"}


def parameters(link: str) -> dict[str, str]:
    """Parse a link as a browser does; each parameter may occur only once."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "datastudio.google.com", "/reporting/create")
    found = parse_qsl(parts.query, strict_parsing=True)
    assert len(found) == len(dict(found))
    return dict(found)


def test_every_parameter_is_a_documented_one() -> None:
    for link in (
        table_link(HOST, "Shop", SOURCE, "marts_sales_daily"),
        template_link(HOST, "abc-123", "Shop", SOURCE, MARTS),
    ):
        for name in parameters(link):
            of_source = re.fullmatch(r"ds(?:\.\w+)?\.(\w+)", name)
            if of_source:
                assert of_source[1] in OF_ANY_SOURCE | OF_BIGQUERY, name
            else:
                assert name in CONTROL | REPORT, name


def test_a_mart_opens_in_googles_default_report() -> None:
    assert parameters(table_link(HOST, "Shop performance", SOURCE, "marts_sales_daily")) == {
        "c.mode": "edit",
        "r.reportName": "Shop performance: marts_sales_daily",
        "ds.connector": "bigQuery",
        "ds.datasourceName": "marts_sales_daily",
        "ds.type": "TABLE",
        "ds.projectId": "shop-project",
        "ds.billingProjectId": "shop-project",
        "ds.datasetId": "ecommerce_datamart",
        "ds.tableId": "marts_sales_daily",
    }


def test_the_template_gets_every_data_source_bound_to_its_mart() -> None:
    found = parameters(template_link(HOST, "0B_U5RNpwhcE6", "Shop performance", SOURCE, MARTS))
    assert found["c.reportId"] == "0B_U5RNpwhcE6"
    assert {name: found[f"ds.{name}.tableId"] for name in MARTS} == {name: name for name in MARTS}
    for alias in MARTS:
        assert found[f"ds.{alias}.connector"] == "bigQuery"
        assert found[f"ds.{alias}.projectId"] == "shop-project"
        assert found[f"ds.{alias}.datasetId"] == "ecommerce_datamart"


@pytest.mark.parametrize("title", ["Täglicher Überblick", "A & B = 100% + #1?", "x&c.reportId=evil", "a/b\\c\"'<>"])
def test_any_title_stays_one_parameter(title: str) -> None:
    link = template_link(HOST, "abc", title, SOURCE, MARTS[:1])
    assert parameters(link)["r.reportName"] == title
    assert parameters(link)["c.reportId"] == "abc"
    assert re.fullmatch(r"[!-~]+", link)
    assert "+" not in link  # some parsers read it as a plus, some as a space


def links(**environment: str) -> dict[str, str]:
    settings = Settings.from_environment(environment)
    asset = dashboard_assets(settings, dbt_workspace(settings), None)[1]
    result = materialize([asset], partition_key="2026-03-07")
    [materialization] = result.asset_materializations_for_node("dashboard__looker_studio")
    return {name: str(entry.value) for name, entry in materialization.metadata.items() if name != "days"}


def test_the_asset_has_a_link_for_each_mart_of_the_configured_project() -> None:
    found = links(GCP_PROJECT="shop-project", BIGQUERY_DATASET="shop", LOOKER_STUDIO_TITLE="Shop")
    assert set(found) == set(MARTS)
    assert parameters(found["marts_sales_daily"])["ds.datasetId"] == "shop_datamart"
    assert parameters(found["marts_sales_daily"])["r.reportName"] == "Shop: marts_sales_daily"


def test_with_a_template_the_asset_has_one_link_more_for_the_whole_report() -> None:
    found = links(GCP_PROJECT="shop-project", LOOKER_STUDIO_TEMPLATE="abc-123")
    assert set(found) == {*MARTS, "report"}
    assert parameters(found["report"])["c.reportId"] == "abc-123"


def test_without_a_project_the_asset_says_what_to_set() -> None:
    assert links() == {
        "links": "none: set GCP_PROJECT to the project whose BigQuery holds the marts, see docs/looker_studio.md"
    }


def test_a_host_or_template_that_cannot_be_is_refused_by_name() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"LOOKER_STUDIO_HOST": "datastudio.google.com", "LOOKER_STUDIO_TEMPLATE": "a&b"})
    message = str(caught.value)
    assert "LOOKER_STUDIO_HOST=datastudio.google.com: must be the address of a web page" in message
    assert "LOOKER_STUDIO_TEMPLATE=a&b" in message
