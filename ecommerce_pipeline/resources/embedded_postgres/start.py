"""Starting the server of a complete data folder, also after an earlier server was killed."""

import os
import time
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import SPACE_CODES, no_space, reported_number
from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import OWN_SERVER, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.login import NotReady, Server, log_in
from ecommerce_pipeline.resources.embedded_postgres.logs import last_lines
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import choose_port
from ecommerce_pipeline.resources.embedded_postgres.postmaster import is_alive, kill_orphans, living_postmaster, spawn

# Children of a killed server need a moment to end, a killed process may have started a server already, and a port can
# be taken between the check and the start.
_TEMPORARY: Final = ("is still in use", 'lock file "postmaster.pid"', "Address already in use")


def start_server(binaries: Binaries, home: Home, configuration: Path, port: int | None, deadline: float) -> Server:
    """Start the server, or wait for one that is starting, until it accepts our login.

    Args:
        binaries: PostgreSQL's programs.
        home: The server's files, including the data folder.
        configuration: The configuration file.
        port: The configured port, if any.
        deadline: Time limit, on the monotonic clock.

    Raises:
        TransientError: The disk is full.
        EmbeddedPostgresError: The server stopped, or did not answer in time; with the last lines of its log.
    """
    while True:
        running = living_postmaster(home.data)
        if running is not None:
            pid = running.pid
        else:
            chosen = choose_port(home.folder, fixed=port, remembered=home.port)
            home.remember_port(chosen)
            pid = spawn(binaries, home, configuration, chosen)
        answer = _await(home, pid, deadline)
        if isinstance(answer, Server):
            return answer
        log = last_lines(home)
        if running is None and not any(temporary in log for temporary in _TEMPORARY):
            if (code := reported_number(log)) in SPACE_CODES:
                raise no_space(home.data, os.strerror(code or 0))
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {home.data} stopped while starting:\n{log}\n"
                f"Fix the cause, or {OWN_SERVER}."
            )
        _check_time(home, answer, deadline)
        kill_orphans(home.data)
        time.sleep(0.1)


def _await(home: Home, pid: int, deadline: float) -> Server | NotReady:
    """Wait until the server accepts our login or its process ends."""
    while True:
        alive = is_alive(pid)
        answer = log_in(home)
        if isinstance(answer, Server) or not alive:
            return answer
        _check_time(home, answer, deadline)
        time.sleep(0.01)


def _check_time(home: Home, answer: NotReady, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {home.data} does not answer in time: {answer.reason}\n{last_lines(home)}\n"
            f"Try again (after a crash it first recovers from its log), or {OWN_SERVER}."
        )
