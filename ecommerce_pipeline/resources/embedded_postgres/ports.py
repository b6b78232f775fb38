"""The server's port on loopback: the configured one, that of the last start, or a free one."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.errors import EmbeddedPostgresError

LOOPBACK: Final = "127.0.0.1"
# Below the system's ephemeral ports (Linux from 32768, macOS from 49152).
_FIRST: Final = 20000
_COUNT: Final = 10000
_LISTENING: Final = "0A"


def choose_port(folder: Path, *, fixed: int | None, remembered: int | None) -> int:
    """Return a port that no program listens on.

    Args:
        folder: The server's folder; the first port tried is derived from it, so that it is the same after a reset.
        fixed: The configured port; no other is used.
        remembered: The port of the last start.

    Raises:
        EmbeddedPostgresError: The configured port is in use, or no port is free.
    """
    if fixed is not None:
        if not _is_free(fixed):
            raise EmbeddedPostgresError(
                f"port {fixed} on {LOOPBACK}, set for the embedded PostgreSQL (POSTGRES_PORT), is in use by "
                f"{listener(fixed)}. Stop that program, set another port, or unset POSTGRES_PORT to use a free one."
            )
        return fixed
    start = int.from_bytes(hashlib.sha256(os.fsencode(folder)).digest()[:4])
    candidates = [remembered] if remembered else []
    candidates += [_FIRST + (start + step) % _COUNT for step in range(_COUNT)]
    for port in candidates:
        if _is_free(port):
            return port
    raise EmbeddedPostgresError(f"no port from {_FIRST} to {_FIRST + _COUNT - 1} on {LOOPBACK} is free")


def listener(port: int) -> str:
    """Return the program that listens on a port, if this user may see it."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(descriptor.readlink()) in inodes for descriptor in (entry / "fd").iterdir()):
                return f"{(entry / 'comm').read_text().strip()} (pid {entry.name})"
        except OSError:
            continue
    return "another program"


def _listening_inodes(port: int) -> list[str]:
    inodes = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else []:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.append(fields[9])
    return inodes


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except PermissionError:
            raise EmbeddedPostgresError(
                f"this user is not permitted to use port {port} on {LOOPBACK}. Set POSTGRES_PORT to 1024 or more, or "
                "unset it."
            ) from None
        except OSError:
            return False
    return True
