"""The secret settings, read from a variable or from the file that `<NAME>_FILE` names.

They are read at each use and stored only in the masker. Docker and Kubernetes provide secrets as files.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.masking import remember

PERSON_KEY: Final = "PERSON_KEY_SECRET"
SECRETS: Final = ("POSTGRES_PASSWORD", "SMTP_PASSWORD", "DAGSTER_POSTGRES_PASSWORD", PERSON_KEY)
"""Each is set as `<NAME>`, or as `<NAME>_FILE`: the path of a file that contains the secret in one line."""


def read_secret(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the current value of a secret; None if it is not set.

    Args:
        name: One of SECRETS.
        environment: The environment variables.

    Raises:
        PlatformError: The variable and its file are both set, or the file cannot be read or contains no secret.
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
    sentences = []
    for name in SECRETS:
        try:
            read_secret(name, environment)
        except PlatformError as error:
            sentences.append(str(error))
    return sentences


def _read(variable: str, file: Path) -> str:
    # A secret that is written here by mistake must not appear in a log.
    setting = f"{variable}={file}" if file.is_absolute() else f"{variable} is not an absolute path"
    try:
        lines = file.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise PlatformError(f"{setting}: the file is not UTF-8 text; write only the secret into it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file"
        raise PlatformError(
            f"{setting}: {reason}; name a file that this user can read and that contains the secret"
        ) from None
    if len(lines) != 1 or not lines[0]:
        problem = "has several lines" if len(lines) > 1 else "is empty"
        raise PlatformError(f"{setting}: the file {problem}; write only the secret into it, in one line")
    return lines[0]
