"""The emulators of Google Cloud Storage and BigQuery, as processes on loopback that end with their block.

Both are found by the Google clients' own variables, STORAGE_EMULATOR_HOST and BIGQUERY_EMULATOR_HOST. What they cannot
show (preconditions, permissions, quotas) no test may claim from them.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil
from duckdb_extensions import import_extension

from ecommerce_pipeline.settings import PROJECT_ROOT

START_SECONDS = 60
"""BigQuery's takes 3 s on an idle machine and five times that on one whose cores are all taken."""
PORTS_TRIED = 3


@dataclass(frozen=True)
class StorageEmulator:
    """A running Cloud Storage emulator.

    Attributes:
        endpoint: Value of STORAGE_EMULATOR_HOST.
        root: Holds one folder per bucket, and in it one file per object.
    """

    endpoint: str
    root: Path


@dataclass(frozen=True)
class BigQueryEmulator:
    """A running BigQuery emulator.

    Attributes:
        endpoint: Value of BIGQUERY_EMULATOR_HOST.
        storage_api: Where its Storage API listens (gRPC without TLS), host:port.
    """

    endpoint: str
    storage_api: str


@contextlib.contextmanager
def storage_emulator(folder: Path) -> Iterator[StorageEmulator]:
    """Run the Cloud Storage emulator with its objects under a folder."""
    command = [
        sys.executable,
        "-m",
        "gcp_storage_emulator",
        "--data-dir",
        str(folder),
        "start",
        "--quiet",
        "--host",
        "127.0.0.1",
    ]
    root = folder / ".cloudstorage"
    root.mkdir(parents=True)
    with _serving(folder, command, ["--port"], {}, "/") as ports:
        yield StorageEmulator(f"http://127.0.0.1:{ports[0]}", root)


@contextlib.contextmanager
def bigquery_emulator(folder: Path, objects: Path) -> Iterator[BigQueryEmulator]:
    """Run the BigQuery emulator, in memory.

    Args:
        folder: Its home: it looks for DuckDB's extensions there, which are put there from their wheel.
        objects: `gs://bucket/path` is read from `<objects>/bucket/path`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"extension_directory": str(folder / ".duckdb" / "extensions")}) as connection:
        import_extension("spatial", con=connection)
    environment = {
        "PYTHONPATH": str(PROJECT_ROOT),
        "HOME": str(folder),
        "BQEMU_GCS_LOCAL_ROOT": str(objects),
        "BQEMU_UPLOAD_STAGING_DIR": str(folder / "uploads"),
        "BQEMU_LOG_LEVEL": "warning",
        # Avro's extension would be downloaded.
        "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
    }
    command = [sys.executable, "-m", "ecommerce_pipeline_tests.support.bigquery_server", "start", "--ephemeral"]
    with _serving(folder, command, ["--rest-port", "--grpc-port"], environment, "/readyz") as ports:
        yield BigQueryEmulator(f"http://127.0.0.1:{ports[0]}", f"127.0.0.1:{ports[1]}")


@contextlib.contextmanager
def _serving(
    folder: Path,
    command: Sequence[str],
    port_options: Sequence[str],
    environment: Mapping[str, str],
    health: str,
) -> Iterator[list[int]]:
    """Start a server on free ports and wait until it is that very process which listens there."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BQEMU_", "GOOGLE_"))}
    log = folder / "emulator.log"
    for _ in range(PORTS_TRIED):
        ports = free_ports(len(port_options))
        options = [text for option, port in zip(port_options, ports, strict=True) for text in (option, str(port))]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *options], env=inherited | environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            if _listens(process, ports, health):
                yield ports
                return
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise RuntimeError(f"{command[2]} does not serve; its last words:\n{log.read_text()[-2000:]}")


def _listens(process: "subprocess.Popen[bytes]", ports: Sequence[int], health: str) -> bool:
    """Return whether the process itself listens on all ports and is well, waiting for it.

    The storage emulator stays alive and serves nothing when another program was quicker to take its port.
    """
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            own = psutil.Process(process.pid).net_connections("tcp")
            if set(ports) <= {each.laddr.port for each in own if each.status == psutil.CONN_LISTEN}:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}{health}"):
                    return True
        time.sleep(0.05)
    return False


def free_ports(count: int) -> list[int]:
    """Return ports on loopback that nobody listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
