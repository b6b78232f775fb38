"""Real shortages that need no privileges, and another process that has a DuckDB file open."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL_DISK = Path("/dev/full")
"""Every write to it fails as on a full disk (ENOSPC)."""

_OPEN = """
import duckdb, sys, time
kept = None
while kept is None:
    try:
        kept = duckdb.connect(sys.argv[1], read_only=True)
    except duckdb.IOException:  # a run has it open, or had until now
        time.sleep(0.05)
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def file_size_limit(limit: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes: writes fail with EFBIG, as with ENOSPC on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Reader:
    """A process that opens a DuckDB file for reading as soon as it can, as a person's notebook has it open."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _OPEN, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"\n"

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def close(self) -> None:
        """End the process; it is safe to call this twice."""
        self._process.communicate()
