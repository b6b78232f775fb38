"""The one kind of error that is meant for a person: it names the thing, the value and the remedy."""


class PlatformError(Exception):
    """Something outside the code is not as it must be; the message says what, where and what to do about it.

    Whoever shows it to a person shows the message alone, without a trace.
    """


class TransientError(PlatformError):
    """Something that passes by itself: a broken connection, a deadlock, a full disk. The same work is tried again."""
