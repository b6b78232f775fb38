"""Threads that can be stopped: Dagster interrupts a run by a signal, which Python delivers to the main thread only."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from dagster import DagsterExecutionInterruptedError


class StepThread(threading.Thread):
    """A thread that `stop` interrupts where it runs `stoppable` code, as a signal would in the main thread."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._state_lock = threading.Lock()
        self._stoppable = False
        self._stopped = False

    def stop(self) -> None:
        """Raise DagsterExecutionInterruptedError in stoppable code: now, or when the thread next enters it."""
        with self._state_lock:
            first, self._stopped = not self._stopped, True
            if first and self._stoppable:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.ident or 0), ctypes.py_object(DagsterExecutionInterruptedError)
                )

    @contextmanager
    def allow_stop(self) -> Iterator[None]:
        """Run code that may be interrupted; Dagster's own code around it must not be."""
        with self._state_lock:
            if self._stopped:
                raise DagsterExecutionInterruptedError
            before, self._stoppable = self._stoppable, True
        try:
            yield
        finally:
            with self._state_lock:
                self._stoppable = before

    @contextmanager
    def hold_stop(self) -> Iterator[None]:
        """Run code that must not be interrupted within code that may; it is stopped afterwards."""
        with self._state_lock:
            before, self._stoppable = self._stoppable, False
            stopped_before = self._stopped
        try:
            yield
        finally:
            with self._state_lock:
                self._stoppable = before
        if before and self._stopped and not stopped_before:
            raise DagsterExecutionInterruptedError


@contextmanager
def stoppable() -> Iterator[None]:
    """Let the code within be stopped if it runs in a `StepThread`; in the main thread Dagster does that."""
    thread = threading.current_thread()
    if isinstance(thread, StepThread):
        with thread.allow_stop():
            yield
    else:
        yield


_start_thread: Final = threading.Thread.start


def _start_thread_unstopped(self: threading.Thread) -> None:
    """Start a thread, and let the step that starts it be stopped afterwards.

    Until a new thread runs, CPython knows it by the identifier of the thread that starts it. An exception that is set
    then would end the new thread instead, and the step would wait for its start without end.
    """
    thread = threading.current_thread()
    with thread.hold_stop() if isinstance(thread, StepThread) else nullcontext():
        _start_thread(self)


threading.Thread.start = _start_thread_unstopped  # type: ignore[method-assign]
