"""Retries of steps that failed with a temporary problem; every write is idempotent, so running one again is safe.

Temporary are a TransientError, a full disk and short memory. A permanent error, such as a wrong password or a missing
table, fails the step at once.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from dagster import Backoff, InputContext, Jitter, OutputContext, RetryPolicy, RetryRequested

from ecommerce_pipeline.errors import TransientError, explained
from ecommerce_pipeline.execution.step_thread import stoppable

POLICY: Final = RetryPolicy(max_retries=4, delay=1, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)
"""Up to five attempts, after 1, 3, 7 and 15 seconds, plus or minus jitter, so that clients do not retry all at once."""


def retried(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that requests a retry of its step on a temporary problem, and that a run's end can stop.

    Args:
        function: Of an asset or an IO manager, with a parameter `context`.

    Raises:
        TypeError: The function has no such parameter.
    """
    parameters = list(inspect.signature(function).parameters)
    if "context" not in parameters:
        raise TypeError(f"{function.__qualname__} takes no `context`, which retries need: add it as first parameter")
    position = parameters.index("context")

    def context_of(arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return named["context"] if "context" in named else arguments[position]

    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def yielding(*arguments: Any, **named: Any) -> Iterator[Any]:
            with _retry_on_transient_error(context_of(arguments, named)):
                yield from function(*arguments, **named)

        return yielding

    @wraps(function)
    def returning(*arguments: Any, **named: Any) -> Any:
        with _retry_on_transient_error(context_of(arguments, named)):
            return function(*arguments, **named)

    return returning


def last_attempt(context: Any) -> bool:
    """Return whether a step that fails now is not retried."""
    return _earlier_attempts(context) >= POLICY.max_retries


@contextmanager
def _retry_on_transient_error(context: Any) -> Iterator[None]:
    try:
        with stoppable():
            yield
    except Exception as error:
        cause = explained(error)
        if cause is None:
            raise
        if not isinstance(cause, TransientError):
            raise cause from None
        seconds = POLICY.calculate_delay(_earlier_attempts(context) + 1)
        raise RetryRequested(max_retries=POLICY.max_retries, seconds_to_wait=seconds) from cause


def _earlier_attempts(context: Any) -> int:
    of_step = isinstance(context, InputContext | OutputContext)
    attempts: int = context.step_context.previous_attempt_count if of_step else context.retry_number
    return attempts
