"""A wall clock that jumps. Python loads this module at startup if its folder is on the path."""

import os
import time
from pathlib import Path

_true = time.time
_start = time.monotonic()
_jump = float(os.environ["CLOCK_JUMP"])
_after = float(os.environ["CLOCK_JUMP_AFTER"])
_jumped = Path(os.environ["CLOCK_JUMPED"])


def _jumping() -> float:
    if time.monotonic() - _start <= _after:
        return _true()
    _jumped.touch()
    return _true() + _jump


time.time = _jumping
