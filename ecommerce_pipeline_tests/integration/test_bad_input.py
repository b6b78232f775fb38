"""Invalid input and failures: one clear message, and no partial output."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from dagster import AssetKey, RetryPolicy

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution import retries
from ecommerce_pipeline.execution.run_days import RunProgress, run_days
from ecommerce_pipeline.instance.dagster_private import AssetCheckExecutionRecordStatus
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt import project as dbt_resource
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.platform import Platform

DAY = "2026-03-08"


def test_a_corrupt_object_fails_its_load_until_the_next_extraction(new_platform: Callable[..., Platform]) -> None:
    platform = new_platform()
    for job in ("ingest", "extract", "load"):
        platform.run(DAY, job=job)
    before = platform.content_hashes()
    damaged = platform.settings.lake_dir / f"refunds/date={DAY}/part-0.parquet"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(PlatformError) as caught:
        platform.run(DAY, job="load")
    assert f"the object {damaged} is corrupt" in str(caught.value)
    assert f"materialize lake/refunds of {DAY} again" in str(caught.value)
    assert platform.content_hashes() == before
    platform.run(DAY, job="extract")
    platform.run(DAY, job="load")
    assert platform.content_hashes() == before


def test_a_load_before_its_extraction_names_the_missing_object(new_platform: Callable[..., Platform]) -> None:
    with pytest.raises(PlatformError, match=r"lake/(\w+(?: of \S+)?) has no object at .*: materialize lake/\1 first"):
        new_platform().run(DAY, job="load")


def test_a_database_that_stops_during_extraction_leaves_only_complete_objects(
    new_platform: Callable[..., Platform],
) -> None:
    platform = new_platform(POSTGRES_DB="ecommerce")
    platform.run(DAY, job="ingest")
    platform.run(DAY, job="extract")
    objects = {path: path.read_bytes() for path in platform.settings.lake_dir.rglob("*.parquet")}
    address = postgres(platform.settings).address()
    external = Platform(
        platform.folder,
        {"POSTGRES_HOST": address.host, "POSTGRES_PORT": str(address.port), "POSTGRES_USER": address.user},
    )
    os.environ["POSTGRES_PASSWORD"] = address.password
    stopped = []

    def stop_after_the_first_step(progress: RunProgress) -> None:
        if progress.kind == "ended" and not stopped:
            embedded = postgres(platform.settings).embedded()
            assert embedded is not None
            embedded.stop()
            stopped.append(progress.step)

    try:
        with pytest.raises(PlatformError) as caught:
            external.run(DAY, job="extract", on_progress=stop_after_the_first_step)
    finally:
        del os.environ["POSTGRES_PASSWORD"]
    message = str(caught.value)
    assert f"PostgreSQL at {address.host}:{address.port}" in message
    assert address.password not in message
    assert stopped
    assert {path: path.read_bytes() for path in platform.settings.lake_dir.rglob("*.parquet")} == objects
    assert not list((platform.settings.lake_dir / ".incoming").iterdir())


def failed_checks(platform: Platform) -> list[str]:
    """Return the names of the checks whose newest evaluation is a failure."""
    keys = list(platform.definitions.resolve_asset_graph().asset_check_keys)
    latest = platform.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return [key.name for key, record in latest.items() if record.status == AssetCheckExecutionRecordStatus.FAILED]


def test_dbt_fails_with_its_own_errors_or_their_cause_and_without_failed_checks(
    new_platform: Callable[..., Platform], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "ecommerce_dbt"
    shutil.copytree(dbt_resource.DBT_DIR, project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr(dbt_resource, "DBT_DIR", project)
    model = project / "models/fact/fact_refund.sql"
    original = model.read_text()
    model.write_text(original.replace("from {{ ref('stg_refunds') }}", "from {{ ref('stg_refunds') }}, nowhere.at_all"))
    assert model.read_text() != original
    (project / "tests" / "unrunnable.sql").write_text("select * from {{ ref('stg_stores') }} where nowhere")
    platform = new_platform("broken", DBT_PARSED_DIR="")
    with pytest.raises(PlatformError) as caught:
        platform.run(DAY)
    message = str(caught.value)
    assert "dbt could not build the models" in message
    assert "fact_refund" in message
    assert "at_all" in message
    assert "in test unrunnable" in message
    assert failed_checks(platform) == []

    # Short memory: named, retried, and no failed check either.
    monkeypatch.setattr(retries, "POLICY", RetryPolicy(max_retries=1, delay=0))
    profile = project / "profiles.yml"
    limits = "memory_limit: 5MB\n        max_temp_directory_size: 0B"
    profile.write_text(profile.read_text().replace("TimeZone: UTC", f"TimeZone: UTC\n        {limits}"))
    sessions = {AssetKey(["core", "stg_sessions"])}
    job = platform.definitions.resolve_job_def("transform").get_subset(asset_selection=sessions)
    events: list[RunProgress] = []
    with pytest.raises(
        PlatformError, match=r"dbt could not build the models .*: memory is too short: DuckDB needs more"
    ):
        run_days(job, Days.of_keys(DAY, DAY), platform.instance, events.append)
    assert [event.kind for event in events if event.kind in {"retrying", "failed"}] == ["retrying", "failed"]
    assert failed_checks(platform) == []

    model.write_text("{{ config(")
    with pytest.raises(PlatformError, match="the dbt project does not parse"):
        _ = new_platform("unparsable", DBT_PARSED_DIR="").definitions
