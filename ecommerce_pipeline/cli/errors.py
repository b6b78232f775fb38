"""What an error means to whoever called a command. Most errors are PlatformErrors, and say so themselves.

The rest are those of files and databases that no code of ours opens: Dagster's home, its SQLite files, dagster.yaml.
"""

import errno
import os
from typing import Final

from ecommerce_pipeline.errors import PlatformError, shortage
from ecommerce_pipeline.masking import mask
from ecommerce_pipeline.settings import SettingsError

REMEDIES: Final = {
    (errno.EACCES, errno.EPERM, errno.EROFS): "make it writable for this user, or set DATA_DIR and DAGSTER_HOME to "
    "folders that are",
    (errno.ENOTDIR, errno.EISDIR, errno.EEXIST): "move away what is there, or set DATA_DIR to another folder",
}


def explanation(error: Exception) -> str | None:
    """Return the message for an error outside the code, with its remedy; None for any other."""
    if isinstance(error, PlatformError | SettingsError):
        return str(error)
    if cause := shortage(error):
        return str(cause)
    if isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        remedy = next((text for numbers, text in REMEDIES.items() if error.errno in numbers), "")
        return mask(f"{os.fsdecode(error.filename)}: {error.strerror}{'; ' if remedy else ''}{remedy}")
    return None
