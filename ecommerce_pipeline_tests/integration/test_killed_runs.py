"""A run killed in any layer, then run again, ends with the rows of a run that nobody disturbed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ecommerce_pipeline_tests.platform import SMALL_SHOP, Platform

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")
FIRST, LAST = "2026-03-07", "2026-03-08"


def start(platform: Platform) -> subprocess.Popen[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [PROGRAM, "run", "--from", FIRST, "--to", LAST],
        env=inherited
        | SMALL_SHOP
        | {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(platform.folder / "dagster")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize(
    "last_step_seen",
    ["source/sessions", "lake/payment_attempts", "staging/transaction_items", "core/stg_transactions"],
    ids=["source", "lake", "staging", "transform"],
)
def test_a_run_killed_in_any_layer_then_run_again_gives_the_same_rows(
    week: Platform, new_platform: Callable[..., Platform], last_step_seen: str
) -> None:
    undisturbed, killed = new_platform("undisturbed"), new_platform("killed")
    undisturbed.run(FIRST, LAST)
    process = start(killed)
    assert process.stdout is not None
    for line in process.stdout:
        if last_step_seen in line:
            break
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    again = start(killed)
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0, said
    assert killed.content_hashes() == undisturbed.content_hashes()
