"""Dagster's command line, `dg`, run in the project's folder as its documentation describes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dagster import AssetKey

from ecommerce_pipeline.commands.dev import dagster_command
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform

DG = Path(sys.executable).parent / "dg"
SECONDS_TO_START = 120


def project(platform: Platform) -> Path:
    """Return a folder that `dg` recognizes as the project, without the developer's `.env`."""
    folder = platform.folder / "project"
    if not folder.exists():
        folder.mkdir(parents=True)
        for name in ("pyproject.toml", "ecommerce_pipeline"):
            (folder / name).symlink_to(PROJECT_ROOT / name)
    return folder


def environment(platform: Platform) -> dict[str, str]:
    home = platform.folder / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").symlink_to(PROJECT_ROOT / "dagster.yaml")
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return inherited | SMALL_SHOP | {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(home)}


def dg(platform: Platform, *arguments: str) -> str:
    completed = subprocess.run(
        [DG, *arguments],
        cwd=project(platform),
        env=environment(platform),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


def test_dg_checks_and_lists_the_definitions(new_platform: Callable[..., Platform]) -> None:
    platform = new_platform("dg")
    assert "All definitions loaded successfully" in dg(platform, "check", "defs")
    output = dg(platform, "list", "defs", "--json")
    listed = json.loads(output[output.index("{") :])
    assert {"source/customers", "lake/customers", "staging/customers", "core/dim_customer"} <= {
        asset["asset_key"] for asset in listed["assets"]
    }


def test_dg_launches_an_asset(new_platform: Callable[..., Platform]) -> None:
    platform = new_platform("dg-launch")
    dg(platform, "launch", "--assets", "source/stores", "--partition", "2026-03-07")
    materialization = platform.instance.get_latest_materialization_event(AssetKey(["source", "stores"]))
    assert materialization
    assert materialization.asset_materialization
    assert materialization.asset_materialization.metadata["dagster/row_count"].value == int(SMALL_SHOP["STORES"])


def test_make_dev_starts_without_a_warning(new_platform: Callable[..., Platform]) -> None:
    """`dg dev` replaces `dagster dev`, which warns that it is superseded."""
    platform = new_platform("dg-dev")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = platform.folder / "dev.log"
    settings = environment(platform)
    with log.open("w") as output:
        dev = subprocess.Popen(
            dagster_command(None, port, checkout=True),
            cwd=project(platform),
            env=settings,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while "Serving dagster-webserver" not in log.read_text():
            assert dev.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
    finally:
        os.killpg(dev.pid, signal.SIGINT)
        dev.wait(60)
    assert "Supersession" not in log.read_text()
    assert "$(BIN)/ecommerce-pipeline dev\n" in (PROJECT_ROOT / "Makefile").read_text()
