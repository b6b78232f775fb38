"""A process that executes a run, as far as others can see, and is killed with -9."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from dagster import DagsterInstance

from ecommerce_pipeline.instance.run_process import executing


@contextmanager
def executor_of(instance: DagsterInstance, run_id: str) -> Iterator[BaseProcess]:
    """Start a process that executes a run; it ends when killed, or with the block."""
    started, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_execute, args=(instance, run_id, tell))
    process.start()
    try:
        assert started.recv()
        yield process
    finally:
        kill(process)


def kill(process: BaseProcess) -> None:
    """Kill a process as the system does when memory is short."""
    process.kill()
    process.join()


def _execute(instance: DagsterInstance, run_id: str, tell: Connection) -> None:
    with executing(instance, run_id):
        tell.send(True)
        time.sleep(600)
