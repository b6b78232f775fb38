"""The secret settings, read from a variable or from the file that `<NAME>_FILE` names.

They are read at each use and stored only in the masker. Docker and Kubernetes provide secrets as files.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Final

from ecommerce_pipeline.errors import PlatformError, file_error
from ecommerce_pipeline.masking import remember
from ecommerce_pipeline.settings.places import make_data_dir

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


def read_person_key(kept: Path | None) -> str:
    """Return PERSON_KEY_SECRET; if it is not set, a random one that is made once; empty where none can be kept.

    Args:
        kept: The file in which the random one is kept, as long as the rows that were made with it.

    Raises:
        PlatformError: A file cannot be read or written.
    """
    secret = read_secret(PERSON_KEY)
    if secret or kept is None:
        return secret or ""
    if not kept.exists():
        try:
            _create(kept, token_urlsafe(32))
        except OSError as error:
            raise file_error(kept, "written", error) from None
    return remember(_read(kept.name, kept))


def _create(path: Path, secret: str) -> None:
    """Write a secret for the owner of the folder only, unless another process has."""
    make_data_dir(path.parent)
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        written = Path(folder) / path.name
        written.touch(mode=0o600)
        written.write_text(f"{secret}\n", "utf-8")
        with suppress(FileExistsError):
            path.hardlink_to(written)


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
