"""Processes below another one, found by what they were started as."""

import psutil


def child_running(pid: int, part: str) -> psutil.Process | None:
    """Return a process below the given one whose command has the part; None if none has, or all have ended."""
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    return next((one for one in below if part in _command(one)), None)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended, waited for or not
        return ""
