"""A file lock with a time limit; the system releases it when the process that holds it ends. The wait is reported."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dagster import get_dagster_logger

from ecommerce_pipeline.locks import ReportTimes, describe
from ecommerce_pipeline.resources.embedded_postgres.errors import EmbeddedPostgresError


@contextmanager
def exclusive(path: Path, limit: float) -> Iterator[int]:
    """Hold the lock; yields its file descriptor, which child processes inherit only if it is passed to them.

    Args:
        path: The lock file.
        limit: Seconds to wait for another process.

    Raises:
        EmbeddedPostgresError: Another process held the lock all that time.
    """
    times = ReportTimes(at_once=False)
    while (descriptor := _take(path)) is None:
        if times.due():
            get_dagster_logger("postgres").warning(
                f"waiting for {_holder(path)}, which starts or stops the embedded PostgreSQL and holds {path}; "
                f"waited {times.waited:,.0f} s"
            )
        if times.waited > limit:
            raise EmbeddedPostgresError(
                f"{_holder(path)} has been starting or stopping the embedded PostgreSQL for more than {limit:.0f} s "
                f"and holds {path}. Wait for it, or end it, and try again."
            )
        time.sleep(0.02)
    try:
        with suppress(OSError):  # the pid is only informative; a full disk must not prevent `destroy`
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(path: Path) -> int | None:
    if not path.parent.is_dir():
        path.parent.mkdir(exist_ok=True)
        path.parent.chmod(0o711)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # `destroy` deletes the file while it is locked; a process that waited then has locked a deleted file.
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except BlockingIOError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _holder(path: Path) -> str:
    pid = path.read_text().strip() if path.exists() else ""
    return describe(int(pid)) if pid.isdigit() else "another process"
