"""`doctor` and runs: dead ones are ended, and what blocks others is named with the remedy."""

from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from ecommerce_pipeline.commands.doctor.runs import runs
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.run_days import _origin
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline_tests.support.killed import executor_of, kill


def test_doctor_ends_dead_runs_and_names_what_blocks_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It said ok while a dead run held the pool and new runs queued for ever."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path)})
    assert runs(settings) == "0 in progress, 0 queued"
    with DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("warehouse")
        run = create_run_for_test(instance, job_name="load", status=DagsterRunStatus.STARTED)
        storage.claim_concurrency_slot("warehouse", run.run_id, "staging__refunds")
        holder = f"staging/refunds of run {run.run_id[:8]} (load, process"
        with executor_of(instance, run.run_id) as process:
            assert runs(settings) == (
                f"1 in progress, 0 queued; pool warehouse: {holder} {process.pid}, which is running)"
            )
            kill(process)
        assert runs(settings) == (
            f"0 in progress, 0 queued; ended run {run.run_id[:8]} (load, started), whose process was gone, "
            "and freed its slots"
        )
        assert runs(settings) == "0 in progress, 0 queued"

        queued = create_run_for_test(
            instance, job_name="load", status=DagsterRunStatus.QUEUED, remote_job_origin=_origin("load")
        )
        assert runs(settings) == (
            f"0 in progress, 1 queued, the oldest run {queued.run_id[:8]} (load, queued), and no daemon launches them: "
            "`make dev` does"
        )
        lost = create_run_for_test(instance, job_name="load", status=DagsterRunStatus.STARTED)
        with pytest.raises(PlatformError, match=f"not known whether these run: run {lost.run_id[:8]} .*terminate them"):
            runs(settings)
