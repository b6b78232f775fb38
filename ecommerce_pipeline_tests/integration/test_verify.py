"""Rows lost, duplicated or changed between two layers are found, named, and stop the run before the marts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from dagster import AssetCheckEvaluation, AssetCheckSeverity, AssetKey, DagsterEventType

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.run_days import RunProgress
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform
from ecommerce_pipeline_tests.support.shortages import Reader

SUBJECTS = len(TABLES) + 2
"""What is compared: the tables, the marts by dbt's tests, and the ledger."""

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
FIRST, LAST = "2026-03-02", "2026-03-06"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Yield a platform with some days; a test that changes something restores it."""
    with closing(Platform(tmp_path_factory.mktemp("verified"))) as platform:
        readers: list[Reader] = []
        waits: list[str] = []

        def read_when_dbt_starts(progress: RunProgress) -> None:
            if progress.step == "dbt" and progress.kind == "started":
                readers.append(Reader(platform.settings.warehouse_path))
            elif progress.kind == "warned":
                waits.append(progress.message)
                readers[0].close()

        platform.run(FIRST, LAST, on_progress=read_when_dbt_starts)
        # The README's own query, open while dbt started, failed the run.
        [wait] = waits
        assert f"which is locked by process {readers[0].pid} ({sys.executable} -c import duckdb" in wait
        yield platform


def called(platform: Platform, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its output in pipes."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    completed = subprocess.run(
        [PROGRAM, "verify", "--from", FIRST, "--to", LAST, *options],
        env=inherited | SMALL_SHOP | {"DATA_DIR": str(platform.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in completed.stdout + completed.stderr
    return completed


def verify(platform: Platform) -> tuple[int, str]:
    """Run the command; return its exit code and output."""
    completed = called(platform)
    return completed.returncode, completed.stdout


def change(platform: Platform, sql: str) -> None:
    with duckdb.connect(str(platform.settings.warehouse_path)) as connection:
        connection.execute(sql)


def evaluations(platform: Platform, name: str) -> dict[str, AssetCheckEvaluation]:
    """Return the newest evaluation of the checks of this name, by asset."""
    keys = platform.definitions.resolve_asset_graph().asset_check_keys
    latest = platform.instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [key for key in keys if key.name == name]
    )
    return {
        key.asset_key.to_user_string(): record.event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
        for key, record in latest.items()
        if record.event and record.event.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION
    }


def test_every_check_of_a_sound_run_passes_and_counts_what_it_compared(built: Platform) -> None:
    keys = built.definitions.resolve_asset_graph().asset_check_keys
    found = {key: evaluations(built, key.name)[key.asset_key.to_user_string()] for key in keys}
    # Orders that are moved here from before the first day of the shop's life that was written: a warning.
    [warned] = [evaluation for evaluation in found.values() if not evaluation.passed]
    assert (warned.check_name, warned.severity) == ("orders_have_all_their_lines", AssetCheckSeverity.WARN)
    [(rows,)] = built.query("SELECT count(*) FROM staging.refunds")
    reconciled = evaluations(built, "refunds_reconciled")["staging/reconciliation"]
    metadata = {name: value.value for name, value in reconciled.metadata.items()}
    assert metadata["rows in source"] == metadata["rows in lake"] == metadata["rows in staging"] == rows
    assert metadata["partitions"] == 5
    ledger = evaluations(built, "matches_ledger")["datamart/marts_sales_daily"]
    assert ledger.metadata["days compared"].value == 2
    assert ledger.metadata["net_amount in ledger"].value == ledger.metadata["net_amount in mart"].value != 0


def test_verify_reports_ok_for_sound_data_and_keeps_json_apart_from_text(built: Platform) -> None:
    completed = called(built, "--json")
    output = completed.stderr
    assert completed.returncode == 0, output
    assert json.loads(completed.stdout)["ok"]
    assert output.count(" ok ") == SUBJECTS
    [(rows,)] = built.query("SELECT count(*) FROM staging.sessions")
    assert f"{rows:,} rows, 5 partitions, in PostgreSQL, the lake and staging" in output
    assert "2 complete days" in output


def test_verify_names_table_partition_and_keys_of_rows_that_were_lost_duplicated_or_changed(built: Platform) -> None:
    change(built, "CREATE TABLE kept AS FROM staging.refunds; CREATE TABLE sales AS FROM datamart.marts_sales_daily")
    chosen = "SELECT refund_id, updated_at FROM staging.refunds WHERE business_date = '2026-03-04' ORDER BY ALL"
    lost, duplicated, changed = (key for key, _ in built.query(chosen)[:3])
    change(
        built,
        f"""
        INSERT INTO staging.refunds FROM staging.refunds
        WHERE refund_id = {duplicated} AND business_date = '2026-03-04';
        DELETE FROM staging.refunds WHERE refund_id = {lost} AND business_date = '2026-03-04';
        UPDATE staging.refunds SET goods_amount = goods_amount + 0.01
        WHERE refund_id = {changed} AND business_date = '2026-03-04';
        UPDATE datamart.marts_sales_daily SET net_amount = net_amount - 0.01 WHERE business_date = '2026-03-05'
        """,
    )
    try:
        code, output = verify(built)
    finally:
        change(
            built,
            "CREATE OR REPLACE TABLE staging.refunds AS FROM kept; DROP TABLE kept;"
            "UPDATE datamart.marts_sales_daily SET net_amount = net_amount + 0.01 WHERE business_date = '2026-03-05';"
            "DROP TABLE sales",
        )
    assert code == 1
    assert output.count(" ok ") + output.count("NO") == SUBJECTS
    [line] = [line for line in output.splitlines() if line.startswith("refunds of")]
    assert line.startswith("refunds of 2026-03-04: lake has ")
    only_lake, only_staging = line.partition("only in lake: ")[2].split("only in staging: ")
    assert {str(lost), str(changed)} <= {word.strip("(),;") for word in only_lake.split()}
    assert {str(duplicated), str(changed)} <= {word.strip("(),;") for word in only_staging.split()}
    assert "refunds of 2026-03-03" not in output
    assert "daily_marts_agree_with_facts: Got 1 result" in output
    assert "marts_sales_daily of 2026-03-05: net_amount is" in output


def test_verify_of_a_missing_warehouse_says_so_once_and_leaves_no_file(built: Platform) -> None:
    """Dbt left an empty file, and every mart's check failed."""
    warehouse = built.settings.warehouse_path
    aside = warehouse.rename(warehouse.with_name("aside"))
    try:
        code, output = verify(built)
        with pytest.raises(PlatformError, match="does not exist yet"):
            built.run(FIRST, job="transform")
        assert not warehouse.exists()
    finally:
        aside.rename(warehouse)
    assert code == 1
    assert output.count(f"the warehouse {warehouse} does not exist yet: `ecommerce-pipeline run` creates it") == 1


def test_verify_continues_after_a_missing_object(built: Platform) -> None:
    object_ = built.settings.lake_dir / "reviews/date=2026-03-05/part-0.parquet"
    content = object_.read_bytes()
    object_.unlink()
    try:
        completed = called(built, "--json", "--quiet")
    finally:
        object_.write_bytes(content)
    assert completed.returncode == 1
    missing = f"lake/reviews of 2026-03-05 has no object at {object_}: materialize lake/reviews of 2026-03-05 first"
    assert completed.stderr == f"{missing}\n"
    document = json.loads(completed.stdout)
    assert [document.pop(key) for key in ("ok", "from", "to")] == [False, FIRST, LAST]
    assert {result["subject"]: result["errors"] for result in document["results"] if not result["ok"]} == {
        "reviews": [missing]
    }
    assert len(document["results"]) == SUBJECTS


def test_rows_that_were_lost_on_the_way_stop_the_run_before_the_marts(built: Platform) -> None:
    marts = "SELECT * FROM datamart.marts_data_quality ORDER BY ALL"
    before = built.query(marts)
    # A review and a product that the lake, and so staging, never had.
    reviews, products = (
        built.settings.lake_dir / path for path in ("reviews/date=2026-03-06/part-0.parquet", "products/part-0.parquet")
    )
    kept = {path: path.read_bytes() for path in (reviews, products)}
    lost = {path: pq.read_table(path) for path in kept}
    for path, rows in lost.items():
        oldest = rows["updated_at"].to_pylist().index(min(rows["updated_at"].to_pylist()))
        lost[path] = rows.slice(oldest, 1)
        pq.write_table(rows.take([row for row in range(rows.num_rows) if row != oldest]), path)
    try:
        with pytest.raises(PlatformError) as caught:
            built.run(FIRST, LAST, job="load")
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    assert str(caught.value).startswith("staging/reconciliation failed: ")
    assert "reviews of 2026-03-06: source has " in str(caught.value)
    key = lost[reviews]["review_id"][0]
    assert f"only in source: review_id {key}" in str(caught.value)
    assert f"only in source: product_id {lost[products]['product_id'][0]}" in str(caught.value)
    assert built.query(marts) == before
    failed = evaluations(built, "reviews_reconciled")["staging/reconciliation"]
    assert not failed.passed
    assert f"review_id {key}" in str(failed.description)
    assert "Materialize lake/reviews and staging/reviews of these days again" in str(failed.description)
    built.run(FIRST, LAST, job="load")
    assert evaluations(built, "reviews_reconciled")["staging/reconciliation"].passed


def test_a_day_of_unusual_volume_fails_its_check_and_the_run_continues(built: Platform) -> None:
    change(
        built,
        """
        INSERT INTO staging.reconciliation
        SELECT * EXCLUDE back REPLACE (
            DATE '2026-03-01' - back::INT AS business_date, 10 * rows_staging AS rows_staging
        )
        FROM staging.reconciliation, range(1, 41) AS past(back)
        WHERE table_name = 'sessions' AND business_date = '2026-03-06'
        """,
    )
    try:
        built.run(FIRST, LAST, job="load")
    finally:
        change(built, "DELETE FROM staging.reconciliation WHERE business_date < '2026-03-01'")
    check = evaluations(built, "sessions_volume")["staging/reconciliation"]
    assert not check.passed
    assert str(check.description).startswith(f"{FIRST}: ")
    assert " were expected" in str(check.description)
    assert evaluations(built, "transactions_volume")["staging/reconciliation"].passed


def test_what_the_shop_changed_or_deleted_after_extraction_is_no_error(built: Platform) -> None:
    with built.source() as connection:
        connection.execute("UPDATE ecommerce.stores SET store_name = 'Moved', updated_at = now() WHERE store_id = 1")
        connection.execute(
            "DELETE FROM ecommerce.reviews WHERE review_id = "
            "(SELECT max(review_id) FROM ecommerce.reviews WHERE created_at::date = '2026-03-06')"
        )
    built.run(FIRST, LAST, job="load")
    for table in ("stores", "reviews"):
        check = evaluations(built, f"{table}_reconciled")["staging/reconciliation"]
        assert check.passed
        assert f"{table} has changed in the source since it was read" in str(check.description)
    # dbt's test of the account failed: a shop that sells during a run could not be built.
    assert built.query("SELECT count(*) FROM staging.reconciliation WHERE rows_source <> rows_staging") == [(0,)]
    built.run(FIRST, LAST, job="ingest")
    built.run(FIRST, LAST, job="load")
    assert "source since" not in str(evaluations(built, "reviews_reconciled")["staging/reconciliation"].description)


def test_an_object_that_breaks_the_contract_stops_the_load(built: Platform) -> None:
    path = built.settings.lake_dir / "stores/part-0.parquet"
    content = path.read_bytes()
    rows = pq.read_table(path)
    for broken, message in (
        (rows.take([0, 0, 1]), "1 rows with a store_id that another row has too"),
        (rows.drop_columns("region"), "column region (string) is missing"),
        (rows.set_column(6, "floor_area_m2", rows["floor_area_m2"].cast("int64")), "column floor_area_m2 is int64"),
    ):
        pq.write_table(broken, path)
        try:
            check = next(iter(built.definitions.asset_checks or []))
            job = built.definitions.resolve_implicit_global_asset_job_def()
            keys = [key for key in check.check_keys if key.asset_key == AssetKey(["lake", "stores"])]  # type: ignore[union-attr]
            result = job.get_subset(asset_selection=set(), asset_check_selection=set(keys)).execute_in_process(
                instance=built.instance, raise_on_error=False, tags={"dagster/partition": FIRST}
            )
        finally:
            path.write_bytes(content)
        assert not result.success, message
        assert message in str(evaluations(built, "contract")["lake/stores"].description)
