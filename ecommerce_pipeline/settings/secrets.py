"""The settings that are secret, and the one place that reads them: from the variable, or from the file it names.

They are read when they are needed, and kept by nothing but the masker. `<NAME>_FILE` is how Docker and Kubernetes hand
them over.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masking import remember

SECRETS: Final = ("POSTGRES_PASSWORD", "SMTP_PASSWORD", "DAGSTER_POSTGRES_PASSWORD")
"""Each may be set itself, or as `<NAME>_FILE`: the path of a file that holds it, and nothing else, in one line."""


def read_secret(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return a secret as it is now; None if it is not set.

    Args:
        name: One of SECRETS.
        environment: The environment variables.

    Raises:
        PlatformError: The variable and its file are both set, or the file cannot be read or holds no secret.
    """
    variable = f"{name}_FILE"
    value, named = environment.get(name), environment.get(variable)
    if not named:
        return remember(value) if value else None
    if value:
        raise PlatformError(f"{name} and {variable} are both set: unset one of them")
    return remember(_read(variable, Path(named)))


def wrong_secrets(environment: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the secrets, a sentence each."""
    said = []
    for name in SECRETS:
        try:
            read_secret(name, environment)
        except PlatformError as error:
            said.append(str(error))
    return said


def _read(variable: str, file: Path) -> str:
    # Whoever writes the secret itself here by mistake shall not find it in a log.
    place = f"{variable}={file}" if file.is_absolute() else f"{variable}, no absolute path"
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise PlatformError(f"{place}: not text in UTF-8; write the secret, and nothing else, into it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file"
        raise PlatformError(
            f"{place}: {reason}; name a file that this user can read and that holds the secret"
        ) from None
    if len(lines) != 1 or not lines[0]:
        held = "several lines" if len(lines) > 1 else "empty"
        raise PlatformError(f"{place}: {held}; write the secret, and nothing else, into its first line")
    return lines[0]
