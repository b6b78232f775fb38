"""Trying a step again that failed for a while: every write replaces its window or nothing, so once more does no harm.

What failed for good, a wrong password or a missing table, fails at once.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from dagster import Backoff, InputContext, Jitter, OutputContext, RetryPolicy, RetryRequested

from ecommerce_pipeline.errors import TransientError
from ecommerce_pipeline.execution.step_thread import stoppable

POLICY: Final = RetryPolicy(max_retries=4, delay=1, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS)
"""Up to five attempts, after 1, 3, 7 and 15 seconds; a random part more or less, so that many do not meet again."""


def retried(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that asks Dagster to run its step again where it fails for a while.

    Args:
        function: Of an asset or an IO manager; a function without an argument `context` stays as it is.
    """
    parameters = inspect.signature(function).parameters
    if "context" not in parameters:
        return function
    position = list(parameters).index("context")

    def context_of(arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        return named["context"] if "context" in named else arguments[position]

    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def yielding(*arguments: Any, **named: Any) -> Iterator[Any]:
            with _tried_again(context_of(arguments, named)):
                yield from function(*arguments, **named)

        return yielding

    @wraps(function)
    def returning(*arguments: Any, **named: Any) -> Any:
        with _tried_again(context_of(arguments, named)):
            return function(*arguments, **named)

    return returning


@contextmanager
def _tried_again(context: Any) -> Iterator[None]:
    try:
        with stoppable():
            yield
    except TransientError as error:
        of_step = isinstance(context, InputContext | OutputContext)
        attempts = context.step_context.previous_attempt_count if of_step else context.retry_number
        seconds = POLICY.calculate_delay(attempts + 1)
        raise RetryRequested(max_retries=POLICY.max_retries, seconds_to_wait=seconds) from error
