"""Times and durations as text."""

from datetime import UTC, datetime
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3_600


def moment(seconds: float) -> str:
    """Return a time as text.

    >>> moment(0)
    '1970-01-01 00:00:00 UTC'
    """
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float) -> str:
    """Return a duration as text.

    >>> duration(0.4), duration(75), duration(7_380)
    ('0.4 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < MINUTE:
        return f"{max(seconds, 0):.1f} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE:.0f} min {seconds % MINUTE:.0f} s"
    return f"{seconds // HOUR:.0f} h {seconds % HOUR // MINUTE:.0f} min"
