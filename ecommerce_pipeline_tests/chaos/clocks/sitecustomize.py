"""A wall clock that jumps. Python loads this module at startup if its folder is on the path."""

import os
import time

_true = time.time
_start = time.monotonic()
_jump = float(os.environ["CLOCK_JUMP"])
_after = float(os.environ["CLOCK_JUMP_AFTER"])


def _jumping() -> float:
    return _true() + (_jump if time.monotonic() - _start > _after else 0.0)


time.time = _jumping
