"""A cache of what days have in common, shared by threads that make several tables of a day at once."""

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import RLock
from typing import ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def cached(maxsize: int) -> Callable[[Callable[_Arguments, _Result]], Callable[_Arguments, _Result]]:
    """Keep the newest results of a function; threads that ask for the same one wait, and compute it once."""

    def decorate(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        kept, lock = lru_cache(maxsize)(function), RLock()

        @wraps(function)
        def ask(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
            with lock:
                return kept(*arguments, **named)  # type: ignore[arg-type]

        return ask

    return decorate
