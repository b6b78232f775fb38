"""The Dagster UI: `dagster dev` on a free port, asked by GraphQL as its own pages do."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil

from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline_tests.support.graphql import graphql
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP, Platform
from ecommerce_pipeline_tests.support.waiting import wait_for

BIN = Path(sys.executable).parent


def environment(platform: Platform) -> dict[str, str]:
    """Return the environment of a program that works on the platform."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    places = {"DATA_DIR": str(platform.folder), "DAGSTER_HOME": str(platform.folder / "dagster")}
    return inherited | SMALL_SHOP | platform.environment | places


class DagsterUi:
    """`dagster dev` of a platform.

    Attributes:
        port: Where the pages are.
        log: What it printed.
        process: The program.
    """

    def __init__(self, platform: Platform) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._platform = platform
        home = platform.folder / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "dagster.yaml").exists():  # a command has not made the link
            (home / "dagster.yaml").symlink_to(PROJECT_ROOT / "dagster.yaml")
        self.log = platform.folder / "dev.log"
        self.start()

    def start(self) -> None:
        """Start the program, for the first time or again."""
        self.process = subprocess.Popen(
            [BIN / "dagster", "dev", "-w", PROJECT_ROOT / "workspace.yaml", "--port", str(self.port)],
            env=environment(self._platform),
            cwd=self._platform.folder,  # not the project's: its .env would name another home, and win
            stdout=self.log.open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Kill the program with -9 and, once its webserver and daemon have ended by themselves, its runs."""
        children = psutil.Process(self.process.pid).children()
        services = [child for child in children if "--shutdown-pipe" in child.cmdline()]
        assert len(services) == 2, services
        self.process.kill()
        self.process.wait()
        _, left = psutil.wait_procs(services, timeout=60)
        os.killpg(self.process.pid, signal.SIGKILL)
        assert left == [], "a daemon without a code server fails the runs of the next `dagster dev`"

    def ask(self, query: str, **variables: Any) -> Any:
        return graphql(f"http://127.0.0.1:{self.port}", query, **variables)

    def wait_for(self, found: Callable[[], Any]) -> Any:
        return wait_for(found, self.log.read_text)

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        self.wait_for(lambda: self.ask("{ assetNodes { id } }")["assetNodes"])
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
