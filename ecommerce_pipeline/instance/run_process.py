"""The process that executes a run, recorded as a file which the process keeps locked while it lives.

The system ends the lock however the process ends. Process ids cannot tell that: they are used again, and containers
have their own.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dagster import DagsterInstance

FOLDER: Final = "run_processes"


@dataclass(frozen=True)
class RunProcess:
    """The process that executes a run, or did.

    Attributes:
        pid: Its id, on its machine or in its container.
        alive: Whether it lives.
    """

    pid: int
    alive: bool

    def __str__(self) -> str:
        return f"process {self.pid}"


@contextmanager
def executing(instance: DagsterInstance, run_id: str) -> Iterator[None]:
    """Record this process as the one that executes a run, until the block ends."""
    file = _file(instance, run_id)
    with ExitStack() as stack:
        with suppress(OSError):  # on a full disk, the run itself reports it
            _record(file, stack)
        yield


def _record(file: Path, stack: ExitStack) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Under its name the file is always locked: otherwise it is that of a dead process.
    unnamed = file.with_suffix(f".{os.getpid()}")
    stack.callback(unnamed.unlink, missing_ok=True)
    opened = stack.enter_context(unnamed.open("w"))
    fcntl.flock(opened, fcntl.LOCK_EX)
    opened.write(f"{os.getpid()}\n")
    opened.flush()
    stack.callback(file.unlink, missing_ok=True)
    unnamed.replace(file)


def process_of(instance: DagsterInstance, run_id: str) -> RunProcess | None:
    """Return the process that executes a run; None if none is recorded here: not yet, no longer, or elsewhere."""
    try:
        with _file(instance, run_id).open() as opened:
            pid = int(opened.read())
            try:
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return RunProcess(pid, alive=True)
            return RunProcess(pid, alive=False)
    except (OSError, ValueError):
        return None


def forget_process(instance: DagsterInstance, run_id: str) -> None:
    """Delete what a dead process left."""
    _file(instance, run_id).unlink(missing_ok=True)


def _file(instance: DagsterInstance, run_id: str) -> Path:
    return Path(instance.root_directory) / FOLDER / run_id
