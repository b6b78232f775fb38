"""A run killed in any layer, then run again, ends with the rows of a run that nobody disturbed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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


def wait_until_told(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    assert any(text in line for line in process.stdout), f"the run ended before {text}"


def wait_until_dbt_built(platform: Platform, model: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        logs = platform.folder.glob("dbt/runs/*/dbt.log")
        if any(f"OK created sql incremental model {model}" in log.read_text() for log in logs):
            return
        time.sleep(0.02)
    raise AssertionError(f"dbt did not build {model}")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    platform = Platform(tmp_path_factory.mktemp("undisturbed"))
    platform.run(FIRST, LAST)
    yield platform.content_hashes()
    platform.close()


@pytest.mark.parametrize(
    "last_seen",
    ["source/sessions", "lake/payment_attempts", "staging/transaction_items", "core.stg_transactions"],
    ids=["source", "lake", "staging", "transform"],
)
def test_a_run_killed_in_any_layer_then_run_again_gives_the_same_rows(
    undisturbed: dict[str, str], new_platform: Callable[..., Platform], last_seen: str
) -> None:
    killed = new_platform()
    process = start(killed)
    if last_seen.startswith("core."):
        wait_until_dbt_built(killed, last_seen)
    else:
        wait_until_told(process, last_seen)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    again = start(killed)
    said, _ = again.communicate(timeout=300)
    assert again.returncode == 0, said
    assert killed.content_hashes() == undisturbed
