"""What every part of the dbt project must have, read from its manifest."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.duckdb import duckdb_type
from ecommerce_pipeline.schema.tables import EVENTS, STAGING, TABLES
from ecommerce_pipeline_tests.dbt.conftest import DBT_DIR, Dbt, of_window
from ecommerce_pipeline_tests.support.marts import with_staging


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def described(relation: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return type, as DuckDB names it, and description of a relation's columns."""
    types = {column["data_type"] for column in relation["columns"].values()}
    with duckdb.connect() as connection:
        named = {each: str(connection.sql(f"SELECT CAST(NULL AS {each})").types[0]) for each in types}
    return {name: (named[column["data_type"]], column["description"]) for name, column in relation["columns"].items()}


def contract(table: Table) -> dict[str, tuple[str, str]]:
    # dbt's types are BigQuery's, where every integer has 64 bits.
    types = {column.name: duckdb_type(column.type).replace("INTEGER", "BIGINT") for column in table.columns}
    return {column.name: (types[column.name], str(column.comment)) for column in table.columns}


def test_sources_say_what_the_table_contract_says(manifest: dict[str, Any]) -> None:
    sources = {source["name"]: source for source in manifest["sources"].values()}
    assert set(sources) == set(STAGING)
    for name, table in STAGING.items():
        assert described(sources[name]) == contract(table), name
        assert sources[name]["description"] == table.comment


@pytest.mark.parametrize("name", TABLES)
def test_staging_models_keep_every_column_of_their_table(manifest: dict[str, Any], name: str) -> None:
    days = {"created_date", "recorded_date"} if name in EVENTS else set()
    columns = {"refund_reason" if column == "reason" else column for column in contract(TABLES[name])} | days
    assert set(manifest["nodes"][f"model.ecommerce.stg_{name}"]["columns"]) == columns
    if name in EVENTS:
        assert set(manifest["nodes"][f"model.ecommerce.quarantine_{name}"]["columns"]) == columns | {"reason"}


def test_every_model_has_its_own_properties_grain_owner_key_and_typed_columns(manifest: dict[str, Any]) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name") == "primary_key"
    }
    for model in models(manifest):
        name = model["name"]
        assert model["patch_path"] == f"ecommerce://{Path(model['original_file_path']).with_suffix('.yml')}", name
        assert model["description"].startswith("One row per "), name
        assert model["config"]["meta"]["dagster"]["owners"], name
        assert model["unique_id"] in keyed, name
        assert all(column["data_type"] and column["description"] for column in model["columns"].values()), name
        assert model["config"]["contract"]["enforced"] or "/staging/" in model["original_file_path"], name


def test_every_model_belongs_to_one_set_and_is_partitioned_if_it_is_built_by_day(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        [tag] = model["tags"]
        assert tag in {"dimension", "daily", "summary"}
        assert (tag == "daily") == (model["config"]["materialized"] == "incremental"), model["name"]
        assert (tag == "daily") == (model["config"]["full_refresh"] is False), model["name"]


def test_no_model_reads_a_clock() -> None:
    texts = [path.read_text().lower() for path in DBT_DIR.rglob("*.sql") if "target" not in path.parts]
    assert texts
    assert not [
        word for word in ("current_date", "current_timestamp", "now()", "getdate") for text in texts if word in text
    ]


@pytest.mark.parametrize("target", ["local", "gcp"])
def test_project_parses_for_both_targets_without_a_warning(dbt: Dbt, target: str) -> None:
    dbt("--warn-error", "parse", "--no-partial-parse", "--target", target)


def test_unit_tests_hold_on_an_empty_warehouse(dbt: Dbt, tmp_path: Path) -> None:
    environment = of_window(with_staging(tmp_path / "empty.duckdb"), Window.of_keys("2026-03-10", "2026-03-10"), 3)
    dbt("run", environment=environment)
    dbt("test", "--select", "test_type:unit", environment=environment)
