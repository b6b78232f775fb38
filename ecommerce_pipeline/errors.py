"""The one kind of error that is meant for a person: it names the thing, the value and the remedy."""

from ecommerce_pipeline.masking import mask


class PlatformError(Exception):
    """Something outside the code is not as it must be; the message says what, where and what to do about it.

    Whoever shows it to a person shows the message alone, without a trace. Secrets in it are masked from the beginning,
    whatever a driver said.
    """

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


class TransientError(PlatformError):
    """Something that passes by itself: a broken connection, a deadlock, a full disk. The same work is tried again."""
