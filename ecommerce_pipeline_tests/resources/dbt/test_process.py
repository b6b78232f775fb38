"""dbt is started before Dagster is imported, where a run will need it, and never left behind."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from ecommerce_pipeline.resources.dbt.cli import AWAIT_COMMAND

DAY = ("--from", "2026-03-01", "--to", "2026-03-01")
PROGRAM = f"""
import sys, types

def hear(event, arguments):
    if event == "subprocess.Popen" and "{AWAIT_COMMAND}" in arguments[1]:
        print("after Dagster" if "dagster" in sys.modules else "before Dagster", flush=True)

sys.addaudithook(hear)
without_run = types.ModuleType("ecommerce_pipeline.commands.run")
without_run.run_command = lambda *_: None
sys.modules[without_run.__name__] = without_run
from ecommerce_pipeline.cli import main
main()
"""


@pytest.mark.parametrize(
    ("arguments", "started"),
    [
        (("run", *DAY), "before Dagster\n"),
        (("run", "--job", "transform", *DAY), "before Dagster\n"),
        (("run", "--job", "ingest", *DAY), ""),
        (("run", "--select", "lake/refunds", *DAY), ""),
        (("run", "--changed"), ""),
    ],
)
def test_dbt_is_started_before_dagster_is_imported_and_ends_with_a_run_that_does_not_use_it(
    tmp_path: Path, arguments: tuple[str, ...], started: str
) -> None:
    environment = os.environ | {"DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, started, "")
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if AWAIT_COMMAND in process.cmdline() and process.environ().get("DATA_DIR") == str(tmp_path):
                left.append(process)
    assert left == []
