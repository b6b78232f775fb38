"""Threads that can be ended: Python hands signals to the main thread alone, and Dagster's way to end a run is one."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import DagsterExecutionInterruptedError


class StepThread(threading.Thread):
    """A thread that `stop` ends where it runs `stoppable` code, as a signal would end that in the main thread."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._changing = threading.Lock()
        self._stoppable = False
        self._stopped = False

    def stop(self) -> None:
        """Raise DagsterExecutionInterruptedError in stoppable code: now, or as soon as the thread comes to it."""
        with self._changing:
            first, self._stopped = not self._stopped, True
            if first and self._stoppable:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.ident or 0), ctypes.py_object(DagsterExecutionInterruptedError)
                )

    @contextmanager
    def let_stop(self) -> Iterator[None]:
        """Run code that may be stopped; Dagster's own around it must not be."""
        with self._changing:
            if self._stopped:
                raise DagsterExecutionInterruptedError
            before, self._stoppable = self._stoppable, True
        try:
            yield
        finally:
            with self._changing:
                self._stoppable = before


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the code within be stopped if it runs in a `StepThread`; in the main thread Dagster does that."""
    thread = threading.current_thread()
    if isinstance(thread, StepThread):
        with thread.let_stop():
            yield
    else:
        yield
