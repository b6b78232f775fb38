"""From a complete data folder to a server that lets us in, whatever a killed one has left behind."""

import time
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import OWN_SERVER, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.login import Refusal, Server, ask
from ecommerce_pipeline.resources.embedded_postgres.logs import last_lines
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import choose_port
from ecommerce_pipeline.resources.embedded_postgres.postmaster import end_orphans, lives, living_postmaster, spawn

# A killed server's children need a moment to end; a server started by a killed starter wins over ours; a port can be
# taken between our look and the server's.
_PASSING: Final = ("is still in use", 'lock file "postmaster.pid"', "Address already in use")


def launch(binaries: Binaries, home: Home, configuration: Path, port: int | None, deadline: float) -> Server:
    """Start the server, or wait for one that is starting, until it lets us in.

    Args:
        binaries: PostgreSQL's programs.
        home: The server's files, with a data folder.
        configuration: The configuration file.
        port: The port set by the user, if any.
        deadline: When to give up, on the monotonic clock.

    Raises:
        EmbeddedPostgresError: It ended, or did not answer in time; with the last lines of its log.
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
        said = last_lines(home)
        if running is None and not any(passing in said for passing in _PASSING):
            raise EmbeddedPostgresError(
                f"the embedded PostgreSQL in {home.data} ended while it started:\n{said}\n"
                f"Mend what it names, or {OWN_SERVER}."
            )
        _check_time(home, answer, deadline)
        end_orphans(home.data)
        time.sleep(0.1)


def _await(home: Home, pid: int, deadline: float) -> Server | Refusal:
    """Wait until the server lets us in or the process ends."""
    while True:
        alive = lives(pid)
        answer = ask(home, may_create=True)
        if isinstance(answer, Server) or not alive:
            return answer
        _check_time(home, answer, deadline)
        time.sleep(0.01)


def _check_time(home: Home, answer: Refusal, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {home.data} does not answer in time: {answer.reason}\n{last_lines(home)}\n"
            f"Try again (after a crash it first repeats its log), or {OWN_SERVER}."
        )
