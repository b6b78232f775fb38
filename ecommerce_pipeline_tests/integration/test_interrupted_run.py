"""A run interrupted while steps run concurrently: one message, nothing half written, and it can be continued."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dagster import DagsterInstance

from ecommerce_pipeline.resources.object_store.folder import INCOMING
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
DAYS = ["--from", "2026-01-01", "--to", "2026-03-31"]


def run_statuses(home: dict[str, str]) -> list[str]:
    with DagsterInstance.from_config(home["DAGSTER_HOME"]) as instance:
        return [run.status.value for run in instance.get_runs()]


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM], ids=["control_c", "terminated"])
def test_a_run_ended_by_a_person_is_canceled_within_seconds_and_leaves_complete_tables(
    new_platform: Callable[..., Platform], signal_sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = new_platform()
    home = {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(platform.folder / "dagster")}
    monkeypatch.setenv("DAGSTER_HOME", home["DAGSTER_HOME"])  # where the storage of runs is looked for
    environment = {**os.environ, **SMALL_SHOP, **home}
    run = subprocess.Popen(
        [PROGRAM, "run", *DAYS], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert run.stdout
    output = ""
    while "ok lake/" not in output:  # further ones are being extracted then
        output += run.stdout.readline()
    run.send_signal(signal_sent)
    rest, _ = run.communicate(timeout=20)
    assert run.returncode == 130, output + rest
    assert run_statuses(home) == ["CANCELED"], "a person ended it: nobody is mailed, and Dagster does not retry it"
    assert "interrupted: everything written so far is complete" in rest
    assert "Traceback" not in output + rest
    lake = platform.settings.lake_dir
    assert list((lake / INCOMING).glob("*")) == []
    assert {path.parts[0] for path in (path.relative_to(lake) for path in lake.rglob("*.parquet"))} < TABLES.keys()
    continued = subprocess.run(
        [PROGRAM, "run", *DAYS, "--job", "extract"], env=environment, capture_output=True, text=True, check=False
    )
    assert continued.returncode == 0, continued.stdout + continued.stderr
