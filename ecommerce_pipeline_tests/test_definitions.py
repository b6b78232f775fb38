"""The asset graph as the UI shows it, and the cost of importing it."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from dagster import AssetKey, AssetSelection, BackfillPolicy, Definitions

from ecommerce_pipeline.definitions import build_definitions
from ecommerce_pipeline.forecasts.extra import LIBRARY
from ecommerce_pipeline.schema.forecasts import FORECASTS
from ecommerce_pipeline.schema.tables import EVENTS, STAGING, TABLES
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Definitions:
    return build_definitions(Settings.from_environment({"DATA_DIR": str(tmp_path_factory.mktemp("data"))}))


def cloud_settings(data: Path) -> Settings:
    cloud = {"TARGET": "gcp", "GCP_PROJECT": "shop", "GCS_BUCKET": "shop-lake"}
    return Settings.from_environment({**cloud, "DATA_DIR": str(data)})


def test_the_graph_is_one_from_source_to_mart(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for table in TABLES:
        chain = [AssetKey([layer, table]) for layer in ("source", "lake", "staging")] + [
            AssetKey(["core", f"stg_{table}"])
        ]
        for upstream, downstream in pairwise(chain):
            assert upstream in graph.get(downstream).parent_keys
    upstream_of_mart = AssetSelection.assets(["datamart", "marts_sales_daily"]).upstream().resolve(graph)
    assert {AssetKey(["source", name]) for name in ("transactions", "payment_attempts", "refunds")} <= upstream_of_mart


def test_every_asset_has_owner_kinds_group_and_a_description_with_its_grain(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    models = list((PROJECT_ROOT / "ecommerce_dbt" / "models").rglob("*.sql"))
    seeds = list((PROJECT_ROOT / "ecommerce_dbt" / "seeds").glob("*.csv"))
    # In source, lake, staging, dbt's layers and forecast; first orders; the changed days; and the two dashboards.
    loaded = 2 * len(TABLES) + len(STAGING) + len(FORECASTS)
    assert len(graph.materializable_asset_keys) == loaded + len([*models, *seeds]) + 4
    for key in graph.materializable_asset_keys:
        asset = graph.get(key)
        assert asset.owners, key
        assert asset.kinds, key
        assert asset.group_name == key.path[0], key
        assert asset.description, key
        if key.path[0] != "dashboard" and key != AssetKey(["source", "changes"]):
            assert "row per" in asset.description, (key, asset.description)
            assert "dagster/column_schema" in asset.metadata, key
        assert "dagster/code_references" in asset.metadata, key


def test_an_asset_s_source_link_opens_the_file_that_makes_it(definitions: Definitions) -> None:
    """The links of all assets with retries opened execution/retries.py."""
    graph = definitions.resolve_asset_graph()
    linked = {}
    for key in (key for key in graph.materializable_asset_keys if key.path[0] not in {"core", "datamart"}):
        [reference] = graph.get(key).metadata["dagster/code_references"].code_references
        text = Path(reference.file_path).read_text().splitlines()[reference.line_number - 1]
        linked[key] = Path(reference.file_path).name, text.strip().partition("(")[0]
    for table in TABLES:
        for layer in ("source", "lake", "staging"):
            assert linked[AssetKey([layer, table])] == (f"{layer}.py", "@asset"), layer
    assert linked[AssetKey(["dashboard", "report"])] == ("dashboard.py", "@asset")
    assert linked[AssetKey(["forecast", "sales_daily"])] == ("sales.py", "@asset")
    assert linked[AssetKey(["staging", "reconciliation"])] == ("reconciliation.py", "@asset")
    [model, *_] = graph.get(AssetKey(["core", "dim_customer"])).metadata["dagster/code_references"].code_references
    assert Path(model.file_path).name == "dim_customer.sql"


def test_descriptions_are_sentences_without_sql_and_every_check_has_one(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        assert not re.search("raw sql|select|{{", graph.get(key).description or "", re.IGNORECASE), key
    descriptions = {key: graph.get(key).description or "" for key in graph.asset_check_keys}
    assert {key: text for key, text in descriptions.items() if not text.endswith(".")} == {}
    by_name = {key.name: text for key, text in descriptions.items()}
    assert by_name["primary_key_marts_currency_daily_business_date__currency"] == (
        "No two rows have the same business_date and currency, and no row lacks business_date or currency."
    )
    assert by_name["lines_add_up_to_their_order"].startswith("The amounts of an order's lines add up")


def test_the_graph_is_the_same_on_gcp_and_loads_without_credentials(
    definitions: Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    cloud = build_definitions(cloud_settings(tmp_path)).resolve_asset_graph()
    local = definitions.resolve_asset_graph()
    assert cloud.get_all_asset_keys() == local.get_all_asset_keys()
    for key in local.get_all_asset_keys():
        assert cloud.get(key).parent_keys == local.get(key).parent_keys
    assert "gcs" in cloud.get(AssetKey(["lake", "sessions"])).kinds
    assert "gcs" not in local.get(AssetKey(["lake", "sessions"])).kinds


def test_loads_and_readers_of_staging_share_a_pool_on_every_target(definitions: Definitions, tmp_path: Path) -> None:
    cloud = build_definitions(cloud_settings(tmp_path))
    readers = [["staging", "reconciliation"], ["core", "fact_transaction"], ["dashboard", "report"]]
    for key in map(AssetKey, [*(["staging", table] for table in TABLES), *readers]):
        assert definitions.resolve_assets_def(key).op.pool == "warehouse"
        assert cloud.resolve_assets_def(key).op.pool == "warehouse"


def test_events_facts_and_daily_marts_are_partitioned_and_a_range_of_them_is_one_run(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    daily = {key.path[-1] for key in graph.materializable_asset_keys if graph.get(key).is_partitioned}
    assert set(EVENTS) <= daily
    assert {"fact_transaction", "fact_refund", "marts_sales_daily", "stg_sessions", "quarantine_reviews"} <= daily
    # A dimension's day is the day at whose end it was as it is: see `daily`.
    assert {"customers", "dim_product", "marts_customer_rfm", "report"} <= daily
    fresh = {key.path[-1] for key in graph.materializable_asset_keys if graph.get(key).freshness_policy}
    assert {*EVENTS, "fact_transaction", "marts_sales_daily", "stg_sessions"} <= fresh
    assert not {"customers", "dim_product", "marts_customer_rfm", "report"} & fresh
    for key in graph.materializable_asset_keys:
        if graph.get(key).is_partitioned:
            policy = graph.get(key).backfill_policy
            assert policy is not None, key
            assert policy.max_partitions_per_run is None, key


def test_jobs_are_named_after_the_steps_and_the_schedule_runs_yesterday(definitions: Definitions) -> None:
    repository = definitions.get_repository_def()
    assert {"ingest", "extract", "load", "transform", "dashboard", "everything"} <= set(repository.job_names)
    schedule = repository.get_schedule_def("daily")
    assert schedule.job_name == "everything"
    assert schedule.cron_schedule == "0 1 * * *"


def test_the_code_location_validates(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("dagster")
    validated = subprocess.run(
        [program, "definitions", "validate"],
        cwd=PROJECT_ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path), "DAGSTER_HOME": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert validated.returncode == 0, validated.stderr
    assert "Validation successful" in validated.stdout + validated.stderr


def test_importing_the_definitions_with_an_existing_manifest_writes_nothing(tmp_path: Path) -> None:
    def tree() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.name != ".lock"}

    command = [sys.executable, "-c", "import ecommerce_pipeline.definitions"]
    environment = os.environ | {"DATA_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, env=environment, check=True)
    before = tree()
    subprocess.run(command, env=environment, check=True)
    assert tree() == before


def test_importing_the_definitions_imports_nothing_that_only_steps_need(tmp_path: Path) -> None:
    heavy = {"altair", "faker", "pandas", "statsforecast", "vl_convert"}
    program = f"import sys, ecommerce_pipeline.definitions; print({heavy} & set(sys.modules))"
    environment = os.environ | {"DATA_DIR": str(tmp_path), "DBT_PARSED_DIR": SMALL_SHOP["DBT_PARSED_DIR"]}
    command = [sys.executable, "-c", program]
    imported = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert imported.stdout.strip() == "set()"


def test_the_dashboard_depends_on_every_source_table(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    report = AssetKey(["dashboard", "report"])
    upstream = AssetSelection.assets(report).upstream().resolve(graph)
    assert {AssetKey(["source", name]) for name in TABLES} <= upstream
    assert graph.get(report).child_keys == set()


def test_each_run_of_everything_ends_with_the_dashboard(definitions: Definitions) -> None:
    everything = definitions.resolve_job_def("everything")
    dashboard = {AssetKey(["dashboard", name]) for name in ("report", "looker_studio")}
    assert dashboard <= set(everything.asset_layer.executable_asset_keys)
    marts = {key for key in everything.asset_layer.executable_asset_keys if key.path[0] == "datamart"}
    assert marts == definitions.resolve_asset_graph().get(AssetKey(["dashboard", "looker_studio"])).parent_keys


def test_without_the_extra_there_are_no_forecasts_and_no_job_for_them(
    definitions: Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, LIBRARY, None)
    without = build_definitions(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    whole, rest = definitions.resolve_asset_graph(), without.resolve_asset_graph()
    forecasts = {AssetKey(["forecast", name]) for name in FORECASTS}
    assert whole.materializable_asset_keys - rest.materializable_asset_keys == forecasts
    jobs = set(definitions.get_repository_def().job_names), set(without.get_repository_def().job_names)
    assert jobs[0] - jobs[1] == {"forecast"}


def test_any_selection_can_be_run_for_a_range_at_once(definitions: Definitions) -> None:
    """Dagster runs a range at once only if all selected assets, also dimensions, have this policy."""
    graph = definitions.resolve_asset_graph()
    policies = {key: graph.get(key).backfill_policy for key in graph.materializable_asset_keys}
    assert all(policy == BackfillPolicy.single_run() for policy in policies.values()), policies
