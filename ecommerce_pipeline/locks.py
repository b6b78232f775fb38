"""Locks of files and folders: one process at a time, who holds a lock, and waiting for it with word of that."""

import errno
import fcntl
import logging
import os
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from ecommerce_pipeline.errors import PlatformError

WAIT_SECONDS: Final = 600.0
"""Time limit for waiting for another process."""
LOOK_SECONDS: Final = 0.2
SECONDS_BETWEEN_ATTEMPTS: Final = 0.02
FIRST_REPORT_SECONDS: Final = 5.0
MOST_SECONDS_BETWEEN_REPORTS: Final = 600.0
LONGEST_COMMAND: Final = 200

_log = logging.getLogger(__name__)

# `struct flock` of fcntl(2): type, whence, start, length and process on Linux; start, length, process, type and whence
# on macOS and the BSDs.
_FLOCK, _TYPE, _PID = ("hhqqi4x", 0, 4) if sys.platform == "linux" else ("qqihh", 3, 2)


class ReportTimes:
    """When a wait is reported: at its start or after 5 s, and then each time that it has lasted twice as long."""

    def __init__(self, *, at_once: bool = True) -> None:
        self._started = time.monotonic()
        self._next = 0.0 if at_once else FIRST_REPORT_SECONDS

    @property
    def waited(self) -> float:
        """How many seconds the wait has lasted."""
        return time.monotonic() - self._started

    def due(self) -> bool:
        """Return whether to report now; it is then due again later."""
        waited = self.waited
        if waited < self._next:
            return False
        self._next = waited + min(max(waited, FIRST_REPORT_SECONDS), MOST_SECONDS_BETWEEN_REPORTS)
        return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time run the block; the folder may be read-only."""
    lock = os.open(folder, os.O_RDONLY)
    times = ReportTimes(at_once=False)
    try:
        while not _flocked(lock):
            if times.due():
                _log.warning("waiting for %s, which another process has locked; waited %.0f s", folder, times.waited)
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        yield
    finally:
        os.close(lock)


def _flocked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_holder(file: Path, *, exclusive: bool) -> int | None:
    """Return the process whose lock keeps this one from locking a file; None if it can be locked, 0 if it is unknown.

    This closes the file, which ends the locks that this process itself holds on it: call it for a file that this
    process could not lock.

    Args:
        file: The file; DuckDB locks the whole of it.
        exclusive: Whether the lock is for writing; locks for reading go together.

    Raises:
        OSError: The file cannot be opened.
    """
    wanted = {_TYPE: fcntl.F_WRLCK if exclusive else fcntl.F_RDLCK}
    with file.open("rb") as opened:
        answer = fcntl.fcntl(opened, fcntl.F_GETLK, struct.pack(_FLOCK, *(wanted.get(field, 0) for field in range(5))))
    found = struct.unpack(_FLOCK, answer)
    return None if found[_TYPE] == fcntl.F_UNLCK else max(found[_PID], 0)


def lock_for_this_process(file: Path) -> bool:
    """Lock a file for writing until this process ends, and return whether that was possible.

    Other code of this process can open and lock it too. The descriptor stays open on purpose: closing it would end
    the lock.

    Raises:
        OSError: The file cannot be opened for writing.
    """
    descriptor = os.open(file, os.O_RDWR)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            return False
        raise
    return True


class LockWait:
    """One wait for a file that another process has locked; it is reported, less and less often."""

    def __init__(self, file: Path, report: Callable[[str], object], limit: float = WAIT_SECONDS) -> None:
        """Start the wait.

        Args:
            file: The file.
            report: Takes each message.
            limit: After how many seconds to give up.
        """
        self._file = file
        self._report = report
        self._limit = limit
        self._times = ReportTimes()

    def pause(self, holder: int) -> None:
        """Wait a moment for a process.

        Raises:
            PlatformError: The limit is reached; the message names the process.
        """
        waited = self._times.waited
        if waited >= self._limit:
            raise PlatformError(
                f"{self._file} is still locked after {waited:,.0f} s by {describe(holder)}: close that program, then "
                "run it again"
            )
        if self._times.due():
            self._report(f"waiting for {self._file}, which is locked by {describe(holder)}; waited {waited:,.0f} s")
        time.sleep(LOOK_SECONDS)


def describe(pid: int) -> str:
    """Return a process's id with its command, where the system shows it."""
    if not pid:
        return "a process on another machine or in another container"
    try:
        command = " ".join(" ".join(psutil.Process(pid).cmdline()).split())  # a program may have lines
    except psutil.Error:
        command = ""
    return f"process {pid}" + (f" ({command[:LONGEST_COMMAND]})" if command else "")
