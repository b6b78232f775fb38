"""`python -m ecommerce_pipeline.commands.probe SERVICE`: is a service healthy? For health checks every few seconds.

SERVICE is an address, `http://127.0.0.1:3000/server_info` or `grpc://127.0.0.1:4000`, or `daemon`. Dagster's own checks
do the same, but take 2 to 4 s of CPU each time for their imports.
"""

import os
import sys
import urllib.request
from typing import Final
from urllib.parse import urlsplit

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masking import mask

SECONDS: Final = 5
DAEMONS: Final = frozenset({"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR", "MONITORING", "BACKFILL"})
SECONDS_BETWEEN_HEARTBEATS: Final = 120
"""Each daemon writes one every 30 s."""


def probe(service: str) -> None:
    """Check that a service is healthy.

    Raises:
        PlatformError: It is not; the message says what is wrong.
    """
    kind = urlsplit(service).scheme or service
    if kind == "http":
        _http(service)
    elif kind == "grpc":
        _grpc(urlsplit(service).netloc)
    elif kind == "daemon":
        _daemon()
    else:
        raise PlatformError(f"{service} cannot be probed: give http://HOST:PORT/PATH, grpc://HOST:PORT or daemon")


def _http(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - the scheme was checked
            answer.read()
    except OSError as error:
        raise PlatformError(f"{url}: {error}") from None


def _grpc(address: str) -> None:
    import grpc
    from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse  # type: ignore[import-untyped]
    from grpc_health.v1.health_pb2_grpc import HealthStub  # type: ignore[import-untyped]

    with grpc.insecure_channel(address) as channel:
        try:
            answer = HealthStub(channel).Check(HealthCheckRequest(service="DagsterApi"), timeout=SECONDS)
        except grpc.RpcError as error:
            raise PlatformError(f"grpc://{address}: {error.details()}") from None
    if answer.status != HealthCheckResponse.SERVING:
        raise PlatformError(f"grpc://{address}: {HealthCheckResponse.ServingStatus.Name(answer.status)}")


def _daemon() -> None:
    import psycopg

    from ecommerce_pipeline.instance.storage_settings import storage_address

    address = storage_address(os.environ)
    query = (
        "SELECT daemon_type FROM daemon_heartbeats "
        "WHERE timestamp > (now() AT TIME ZONE 'utc') - make_interval(secs => %s)"
    )
    try:
        with psycopg.connect(address.conninfo, connect_timeout=SECONDS) as connection:
            alive = {row[0] for row in connection.execute(query, [SECONDS_BETWEEN_HEARTBEATS])}
    except psycopg.Error as error:
        raise PlatformError(f"Dagster's storage at {address}: {error}") from None
    if silent := sorted(DAEMONS - alive):
        raise PlatformError(f"no heartbeat of {', '.join(silent)} in the last {SECONDS_BETWEEN_HEARTBEATS} s")


def main() -> int:
    """Probe the service that the command line names; return the exit code."""
    try:
        probe(sys.argv[1] if len(sys.argv) == 2 else "nothing")  # noqa: PLR2004 - the program and one argument
    except PlatformError as error:
        sys.stderr.write(f"{mask(str(error))}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
