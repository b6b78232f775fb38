"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import Any, Final

PATIENCE: Final = 600
"""Seconds after which it does not come: on a busy machine all takes several times as long."""


def wait_for(found: Callable[[], Any], log: Callable[[], str]) -> Any:
    """Return the first answer that is neither empty nor an OSError, as of a server that starts.

    Raises:
        AssertionError: There is none; the message has the end of the log.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if answer := found():
                return answer
        except OSError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"not within {PATIENCE} s:\n{log()[-4000:]}")
