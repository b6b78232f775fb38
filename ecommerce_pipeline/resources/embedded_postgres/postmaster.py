"""The server's main process: finding, starting and stopping it."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.logs import last_lines
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.ports import LOOPBACK

_LINES: Final = 8
_EMPTY_SECONDS: Final = 2.0
# Above the largest process id of any system (Linux: 2**22).
_NO_PROCESS: Final = b"2147483647"


@dataclass(frozen=True)
class Postmaster:
    """The content of postmaster.pid, which may be stale.

    Attributes:
        pid: Process id.
        port: TCP port.
        ready: The server accepts connections.
    """

    pid: int
    port: int
    ready: bool


def read_postmaster(data: Path) -> Postmaster | None:
    """Return the content of postmaster.pid; None if there is none."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return None
    # A starting server appends its lines one by one.
    lines += [""] * (_LINES - len(lines))
    pid, port, status = lines[0].strip(), lines[3].strip(), lines[7].strip()
    return Postmaster(int(pid), int(port or 0), status == "ready") if pid.isdigit() else None


def living_postmaster(data: Path) -> Postmaster | None:
    """Return the server of a data folder if its process is alive; another process may have its id after a reboot."""
    found = read_postmaster(data)
    return found if found is not None and is_postmaster(found.pid, data) else None


def is_postmaster(pid: int, data: Path) -> bool:
    """Return whether a process is the server of a data folder."""
    command = command_line(pid)
    if "/postgres -D " not in command:
        return False
    try:
        return (Path("/proc") / str(pid) / "cwd").samefile(data)
    except OSError:
        # Only the process's user, or root with all capabilities, may read its working directory.
        return f"-D {data} " in command


def command_line(pid: int) -> str:
    """Return a process's command line; empty if it has ended, zombies included."""
    if Path("/proc/self/cmdline").exists():
        try:
            return (Path("/proc") / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    ps = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, errors="replace", check=False
    )
    return f"{ps.stdout.strip()} " if ps.stdout.strip() else ""


def is_alive(pid: int) -> bool:
    """Return whether a process is alive, also during `exec`, when it has no command line."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def spawn(binaries: Binaries, home: Home, configuration: Path, port: int) -> int:
    """Start a server that outlives this process and its terminal; return its process id."""
    invalidate_stale_pid(home.data)
    server: list[str | Path] = [
        *(binaries.program("postgres"), "-D", home.data, "-p", str(port), "-h", LOOPBACK, "-k", ""),
        *("-c", f"config_file={configuration}"),
    ]
    file = home.root / "start.log"
    with file.open("wb") as log:
        file.chmod(0o600)
        home.account.give_to_owner(file)
        # The shell exits at once, so that the server is not a child of this process and cannot become its zombie.
        started = subprocess.run(
            ["sh", "-c", '"$@" >&2 & echo $!', "sh", *server],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            check=True,
            **home.account.identity(),
        )
    return int(started.stdout)


def stop_postmaster(binaries: Binaries, home: Home, limit: float, mode: str = "fast") -> None:
    """Stop the server if it runs, and wait until it has stopped.

    Raises:
        EmbeddedPostgresError: It does not stop.
    """
    server = living_postmaster(home.data)
    if server is None:
        return
    done = home.account.run(
        *(binaries.program("pg_ctl"), "stop", "-s", "-w", "-D", home.data, "-m", mode, "-t", str(round(limit))),
        limit=limit + 5,
    )
    if not done.ok and living_postmaster(home.data) is not None:
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL (pid {server.pid}, {home.data}) does not stop: {done.output}\n"
            f"{last_lines(home)}\nStop the programs that use it and try again, or kill it: "
            "committed data is kept."
        )
    # pg_ctl waits until postmaster.pid is deleted, which is shortly before the process ends.
    deadline = time.monotonic() + limit
    while is_postmaster(server.pid, home.data) and time.monotonic() < deadline:
        time.sleep(0.005)


def kill_orphans(data: Path) -> None:
    """Kill the child processes that a killed server has left, where the system shows them (Linux).

    Most end by themselves. A busy one does not notice, and keeps the shared memory, which blocks a new server.
    """
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if not command_line(int(entry.name)).startswith("postgres: ") or not (entry / "cwd").samefile(data):
                continue
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if not is_postmaster(parent, data):
                os.kill(int(entry.name), signal.SIGQUIT)
        except OSError:
            continue


def invalidate_stale_pid(data: Path) -> None:
    """Write the id of a process that cannot exist into a stale postmaster.pid.

    PostgreSQL does not start while a process of that id exists, even an unrelated one or a zombie. The file is kept,
    because PostgreSQL reads from it whether children of the old server still use the shared memory.
    """
    try:
        descriptor = os.open(data / "postmaster.pid", os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "r+b") as file:
        first, line_end, rest = file.read().partition(b"\n")
        if not first:
            # Left by a crash of the machine, unless a server is just creating it. PostgreSQL never accepts it.
            if time.time() - os.fstat(descriptor).st_mtime > _EMPTY_SECONDS:
                (data / "postmaster.pid").unlink()
            return
        file.seek(0)
        file.write(_NO_PROCESS + line_end + rest)
        file.truncate()
