"""The file of DuckDB that this process has open: in a run it stays open for a moment between steps.

A file of 90 MB takes 30 ms to open, and 40 more to close after a write: both go through its whole catalog.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, Timer
from typing import Final

import duckdb

from ecommerce_pipeline.resources.warehouse.duckdb.file import open_file

IDLE_SECONDS: Final = 0.3
"""How long a file stays open unused: another run may wait for it, and hold what this one waits for."""


class OpenFile:
    """At most one open file: one process cannot open it both for reading only and for writing."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._runs = 0
        self._uses = 0
        self._opened: tuple[Path, bool] | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._timer: Timer | None = None

    def begin_run(self) -> None:
        """Keep files open between uses from now on."""
        with self._lock:
            self._runs += 1

    def end_run(self) -> None:
        """Close the file, and keep it open no longer if this was the only run."""
        with self._lock:
            self._runs -= 1
            self.close()

    @contextmanager
    def connection(
        self, path: Path, report: Callable[[str], object], *, read_only: bool
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file if it is not open, after waiting for other threads and processes that use it.

        Args:
            path: The file.
            report: Takes the messages about a wait.
            read_only: Whether to open it for reading.

        Raises:
            PlatformError: The file stays locked, is damaged, or must not be read or written.
            NotBuiltError: The file does not exist and is to be read.
        """
        with self._lock:
            self._uses += 1
            stays_open = False
            try:
                with self._open(path, report, read_only=read_only).cursor() as connection:
                    yield connection
                stays_open = self._runs > 0
            finally:
                self._uses -= 1
                if stays_open:
                    self._timer = Timer(IDLE_SECONDS, self._close_if_unused)
                    self._timer.daemon = True
                    self._timer.start()
                elif not self._uses:
                    self.close()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Keep the file closed in the block, for code that opens or replaces it itself."""
        with self._lock:
            self.close()
            yield

    def close(self) -> None:
        """Close the file, if it is open."""
        with self._lock:
            self._stop_timer()
            if self._connection:
                self._connection.close()
            self._connection = self._opened = None

    def _open(self, path: Path, report: Callable[[str], object], *, read_only: bool) -> duckdb.DuckDBPyConnection:
        self._stop_timer()
        if self._connection and self._opened in {(path, read_only), (path, False)}:
            return self._connection
        self.close()
        self._connection = open_file(path, report, read_only=read_only)
        self._opened = path, read_only
        return self._connection

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _close_if_unused(self) -> None:
        # A use that has begun meanwhile has its own timer.
        with self._lock:
            if self._timer and not self._uses:
                self.close()


OPEN_FILE: Final = OpenFile()
