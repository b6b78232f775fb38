"""Errors whose messages are written for users: they name the thing, the value and the remedy."""

from typing import Final

from ecommerce_pipeline.masking import mask


class PlatformError(Exception):
    """A problem outside the code; the message says what is wrong, where, and what to do.

    It is shown without a stack trace. Secrets in the message, such as those in a driver's error, are masked.
    """

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


class TransientError(PlatformError):
    """A temporary problem, after which the same work is retried: a broken connection, a deadlock, a full disk."""


WRITTEN_FOR_USERS: Final = frozenset({PlatformError.__name__, TransientError.__name__})
"""The classes whose message says all, so that their name is left out of it."""
