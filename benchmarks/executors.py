"""The same run by the platform's executor, whose steps are threads of one process, and by those of Dagster.

Each case runs the job `everything` by `dagster job execute` for days that the shop has and the platform has built
before: nothing is generated. Dagster's multiprocess executor needs no other settings: steps hand over references to
what they have written, and DAGSTER_HOME, the pools of `dagster.yaml` included, is the platform's. It starts a process
per step, by default a new one that imports the graph, or a fork of a server that has imported it.

On Google Cloud's emulators each request takes a tenth of a second longer. The shop is small there: the emulator's own
work is no part of the comparison.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks.case import Case, Work
from benchmarks.claims import BY_EXECUTOR
from benchmarks.data import Data
from benchmarks.graph import Platform, last
from ecommerce_pipeline.settings import PROJECT_ROOT

EXECUTOR: Final = "BENCH_EXECUTOR"
"""The variable that names the executor to `benchmarks.executor_definitions`."""
EXECUTORS: Final = ("threads", "in_process", "multiprocess", "multiprocess by forkserver")
"""Ours and those of Dagster."""
REQUEST_SECONDS: Final = 0.1
PROJECT: Final = "shop-emulated"
"""The emulator denies access to projects of names of fewer than six characters."""
SMALL_SHOP: Final = {"CUSTOMERS": "400", "PRODUCTS": "120", "STORES": "4"}


def locally(days: int, executor: str) -> Callable[[Data, Path], Work]:
    """Return the case of days by an executor, on the local target."""

    def prepare(_data: Data, scratch: Path) -> Work:
        platform = Platform(scratch)
        build(platform, days)
        return lambda: {"seconds": execute(platform, days, executor)}

    return prepare


def on_emulators(executor: str) -> Callable[[Data, Path], Work]:
    """Return the case of a day by an executor, on Google Cloud's emulators with a slow connection."""

    def prepare(_data: Data, scratch: Path) -> Work:
        from google.auth.credentials import AnonymousCredentials
        from google.cloud import storage

        from ecommerce_pipeline_tests.support.emulators import bigquery_emulator, storage_emulator
        from ecommerce_pipeline_tests.support.faults import Fault, delay, faulty

        servers = ExitStack()
        atexit.register(servers.close)
        objects = servers.enter_context(storage_emulator(scratch / "storage"))
        tables = servers.enter_context(bigquery_emulator(scratch / "bigquery", objects.root))
        proxies = [servers.enter_context(faulty(server.endpoint)) for server in (objects, tables)]
        hosts = ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")
        os.environ |= {host: proxy.endpoint for host, proxy in zip(hosts, proxies, strict=True)}
        storage.Client(project=PROJECT, credentials=AnonymousCredentials()).create_bucket("lake", location="US")
        there = scratch / "there"
        there.mkdir(mode=0o755)
        platform = Platform(there, TARGET="gcp", GCP_PROJECT=PROJECT, GCS_BUCKET="lake", **SMALL_SHOP)
        build(platform, 1)
        for proxy in proxies:
            proxy.add(Fault(delay(REQUEST_SECONDS), times=sys.maxsize))
        return lambda: {"seconds": execute(platform, 1, executor)}

    return prepare


def build(platform: Platform, days: int) -> None:
    """Build the last days for the first time."""
    platform.ingest(last(days))
    platform.run(last(days))


def execute(platform: Platform, days: int, executor: str) -> float:
    """Run the last days by an executor; return the wall-clock seconds of the process."""
    from ecommerce_pipeline.instance.run_tags import tags_of_days

    dagster, tags = str(Path(sys.executable).with_name("dagster")), json.dumps(tags_of_days(last(days)))
    job = ["--module-name", "benchmarks.executor_definitions", "--job", "everything"]
    command = [dagster, "job", "execute", *job, "--tags", tags]
    environment = platform.environment | {EXECUTOR: executor, "PYTHONPATH": str(PROJECT_ROOT)}
    began = time.perf_counter()
    # Not in the project's root: its .env would override the environment.
    done = subprocess.run(command, cwd=platform.folder, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stderr)
    return seconds


def _case(run: str, executor: str) -> Case:
    prepare = on_emulators(executor) if run.endswith("emulators") else locally(int(run.split(maxsplit=1)[0]), executor)
    return Case(f"{run} by {executor}", "part", prepare, rounds=3 if executor in EXECUTORS[:2] else 1)


CASES = tuple(_case(run, executor) for run in BY_EXECUTOR for executor in EXECUTORS)
