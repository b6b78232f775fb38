"""The error of the embedded PostgreSQL, and the remedies that several messages share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import SPACE_CODES, PlatformError, no_space

OWN_SERVER: Final = (
    "set POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB to use another server"
)
START_AFRESH: Final = "`ecommerce-pipeline reset` deletes the data and starts afresh"


class EmbeddedPostgresError(PlatformError):
    """The embedded PostgreSQL cannot be used; the message names the thing, its value and the remedy."""


@contextmanager
def clear_errors(folder: Path) -> Iterator[None]:
    """Convert errors of the operating system to an EmbeddedPostgresError without a chain."""
    try:
        yield
    except OSError as error:
        if error.errno in SPACE_CODES:
            raise no_space(error.filename or folder, str(error.strerror)) from None
        paths = " ".join(str(part) for part in (error.filename, error.filename2) if part) or "a system call"
        raise EmbeddedPostgresError(
            f"the embedded PostgreSQL in {folder} cannot be used: {paths}: {error.strerror or error}. "
            f"Make the folder writable for this user, or {OWN_SERVER}."
        ) from None
