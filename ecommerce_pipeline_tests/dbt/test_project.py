"""Rules that every part of the dbt project must follow, read from its manifest."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.dbt import dbt_type
from ecommerce_pipeline.schema.duckdb import duckdb_type
from ecommerce_pipeline.schema.personal import PERSONAL_NAMES
from ecommerce_pipeline.schema.tables import EVENTS, REPORTING_AMOUNT, STAGING, TABLES
from ecommerce_pipeline_tests.dbt.conftest import DBT_DIR, Dbt, run_variables
from ecommerce_pipeline_tests.support.marts import MODELS_AND_SEEDS
from ecommerce_pipeline_tests.support.staged import with_staging


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_column_has_a_type_of_the_project(manifest: dict[str, Any]) -> None:
    """Dbt does not check the types of staging models, whose contract is not enforced."""
    contract_types = {dbt_type(column.type) for table in STAGING.values() for column in table.columns}
    contract_types |= {dbt_type(REPORTING_AMOUNT)}
    types = {column["data_type"] for node in models(manifest) for column in node["columns"].values()}
    assert types == contract_types


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
        assert model["unique_id"] in keyed or name.startswith("quarantine_"), name
        assert all(column["data_type"] and column["description"] for column in model["columns"].values()), name
        assert model["config"]["contract"]["enforced"] or "/staging/" in model["original_file_path"], name


def test_every_model_has_one_set_tag_and_is_partitioned_if_it_is_built_by_day(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        [tag] = model["tags"]
        assert tag in {"dimension", "daily", "summary"}
        assert (tag == "daily") == (model["config"]["materialized"] == "incremental"), model["name"]


def test_no_model_after_staging_has_a_personal_column(manifest: dict[str, Any]) -> None:
    """`dim_customer` had names, e-mail addresses and dates of birth, `fact_review` the texts."""
    personal = {
        (model["name"], name): column["config"]["meta"].get("personal")
        for model in models(manifest)
        for name, column in model["columns"].items()
        if name in PERSONAL_NAMES
    }
    assert {model.partition("_")[0] for model, _ in personal} == {"stg", "quarantine"}
    assert None not in personal.values()


def test_no_model_reads_a_clock() -> None:
    texts = [path.read_text().lower() for path in DBT_DIR.rglob("*.sql") if "target" not in path.parts]
    assert texts
    assert not [
        word for word in ("current_date", "current_timestamp", "now()", "getdate") for text in texts if word in text
    ]


@pytest.mark.parametrize("target", ["local", "gcp"])
def test_project_parses_for_both_targets_without_a_warning(dbt: Dbt, target: str) -> None:
    dbt("--warn-error", "parse", "--no-partial-parse", "--target", target)


@pytest.fixture(scope="module")
def empty(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a warehouse with all models and no rows."""
    path = with_staging(tmp_path_factory.mktemp("empty") / "warehouse.duckdb")
    environment = run_variables(path, Days.parse("2026-03-10"))
    dbt("build", *MODELS_AND_SEEDS, environment=environment)
    return environment


def test_unit_tests_hold_on_an_empty_warehouse(dbt: Dbt, empty: dict[str, str]) -> None:
    dbt("test", "--select", "test_type:unit", environment=empty)


@pytest.mark.parametrize("name", TABLES)
def test_staging_models_have_the_columns_and_types_of_their_table(empty: dict[str, str], name: str) -> None:
    # Integers have 64 bits in dbt's models, as they have in BigQuery.
    expected = {
        column.info.get("alias", column.name): duckdb_type(column.type).replace("INTEGER", "BIGINT")
        for column in STAGING[name].columns
    }
    with duckdb.connect(empty["WAREHOUSE_DUCKDB_PATH"], read_only=True) as connection:
        assert columns(connection, f"core.stg_{name}") == expected
        if name in EVENTS:
            assert columns(connection, f"core.quarantine_{name}") == {"reason": "VARCHAR"} | expected


def columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    return {name: type_ for name, type_, *_ in connection.execute(f"DESCRIBE {table}").fetchall()}


def test_only_the_files_of_a_warehouse_name_it() -> None:
    """A third warehouse needs only a file of macros and an output in profiles.yml."""
    texts = {path: path.read_text() for ending in ("*.sql", "*.yml") for path in DBT_DIR.rglob(ending)}
    others = {
        path: text for path, text in texts.items() if path.parent.name != "warehouses" and path.stem != "profiles"
    }
    assert [path.name for path, text in others.items() if re.search(r"target\.type|(duckdb|bigquery)__", text)] == []


def test_each_file_of_a_warehouse_has_every_macro_that_differs() -> None:
    """An adapter looks for `<its name>__<macro>`, then for `default__<macro>`, and fails only when a model runs."""
    macros = {path: path.read_text() for path in (DBT_DIR / "macros").rglob("*.sql")}
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", "".join(macros.values())))
    defaults = set(re.findall(r"macro default__(\w+)\(", "".join(macros.values())))
    assert dispatched
    for path, text in macros.items():
        if path.parent.name == "warehouses":
            assert dispatched - defaults - set(re.findall(rf"macro {path.stem}__(\w+)\(", text)) == set(), path.name
