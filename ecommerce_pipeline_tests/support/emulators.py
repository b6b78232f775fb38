"""The emulators of Google Cloud Storage and BigQuery, as processes on loopback that run during a block.

Google's clients find them by STORAGE_EMULATOR_HOST and BIGQUERY_EMULATOR_HOST. They do not emulate preconditions,
permissions and quotas, which no test may therefore show with them.
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
"""BigQuery's emulator takes 3 s on an idle machine, and five times as long on a busy one."""
PORTS_TRIED = 3


@dataclass(frozen=True)
class StorageEmulator:
    """A running Cloud Storage emulator.

    Attributes:
        endpoint: The value of STORAGE_EMULATOR_HOST.
        root: A folder with one folder per bucket, with one file per object.
    """

    endpoint: str
    root: Path


@dataclass(frozen=True)
class BigQueryEmulator:
    """A running BigQuery emulator.

    Attributes:
        endpoint: The value of BIGQUERY_EMULATOR_HOST.
        storage_api: host:port of its Storage API (gRPC without TLS).
        home: A folder with what it writes.
    """

    endpoint: str
    storage_api: str
    home: Path


@contextlib.contextmanager
def storage_emulator(folder: Path) -> Iterator[StorageEmulator]:
    """Run the Cloud Storage emulator with its objects in a folder."""
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
        folder: Its home, in which DuckDB's extensions are installed from their wheel.
        objects: The folder in which `gs://bucket/path` is the file `bucket/path`.
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
        # Otherwise Avro's extension is downloaded.
        "BQEMU_ENABLE_FORMAT_EXTENSIONS": "false",
    }
    command = [sys.executable, "-m", "ecommerce_pipeline_tests.support.bigquery_server", "start", "--ephemeral"]
    with _serving(folder, command, ["--rest-port", "--grpc-port"], environment, "/readyz") as ports:
        yield BigQueryEmulator(f"http://127.0.0.1:{ports[0]}", f"127.0.0.1:{ports[1]}", folder)


@contextlib.contextmanager
def _serving(
    folder: Path,
    command: Sequence[str],
    port_options: Sequence[str],
    environment: Mapping[str, str],
    health: str,
) -> Iterator[list[int]]:
    """Start a server on free ports, and wait until this very process listens on them."""
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
    raise RuntimeError(f"{command[2]} does not start:\n{log.read_text()[-2000:]}")


def _listens(process: "subprocess.Popen[bytes]", ports: Sequence[int], health: str) -> bool:
    """Wait until the process listens on all ports and is healthy; return whether it does and is.

    The storage emulator keeps running, without serving anything, if another program takes its port first.
    """
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psutil.NoSuchProcess):
            connections = psutil.Process(process.pid).net_connections("tcp")
            if set(ports) <= {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}:
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{ports[0]}{health}"):
                    return True
        time.sleep(0.05)
    return False


def free_ports(count: int) -> list[int]:
    """Return ports on loopback that no program listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
