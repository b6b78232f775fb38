"""Finding child processes by their command line."""

import psutil


def child_running(pid: int, part: str) -> psutil.Process | None:
    """Return a running descendant of a process whose command line contains a text; None if there is none."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    return next((one for one in below if part in _command(one)), None)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended
        return ""
