"""The secrets in environment variables and in the files that they name."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

SHORTEST: Final = 4
"""Shorter values are masked only after a name, as in `password=abc`."""
LONGEST_FILE: Final = 64 * 1024
"""Characters of a secret file that are read."""

_SECRET_NAME: Final = re.compile(
    # PWD alone is the working directory, and OLDPWD the previous one.
    r"PASS(WORD|WD|PHRASE)?(_|$)|(?<!^OLD)(?<!^)PWD$|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SSL_?KEY|CREDENTIAL|DSN$|CONNECTION_STRING",
    re.IGNORECASE,
)
_NAMES_A_FILE: Final = re.compile(r"(_FILE|_PATH|APPLICATION_CREDENTIALS|SSL_?KEY)$", re.IGNORECASE)
_URL_PASSWORD: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/@:]*:(.*)@", re.IGNORECASE)


def secret_values(environment: Mapping[str, str], files: Iterable[Path] = ()) -> Iterable[str]:
    """Yield the values of variables with names of secrets, and the contents of the files that they or `files` name."""
    named = {name: value for name, value in environment.items() if value and _is_secret(name)}
    yield from (value for name, value in named.items() if not _is_path(name, value))
    yield from filter(None, map(_content, [*map(Path, named.values()), *files]))


def secrets_in(value: str) -> Iterable[str]:
    """Yield a value, its lines if there are several, the secrets in a JSON document, and the password in a URL."""
    value = value.strip()
    if value.lower() in {"true", "false", "none", "null"}:
        return
    if value.startswith("{"):
        yield from _secrets_in_json(value)
        return
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) > 2 * SHORTEST and not line.startswith("-----"))
    if in_url := _URL_PASSWORD.match(value):
        yield in_url[1]


def _secrets_in_json(document: str) -> Iterator[str]:
    try:
        items = json.loads(document).items()
    except (ValueError, AttributeError):
        return
    for name, item in items:
        if isinstance(item, str) and _SECRET_NAME.search(name):
            yield from secrets_in(item)


@cache
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _is_path(name: str, value: str) -> bool:
    """Return whether a variable has the path of a secret file, which may be shown, and not by mistake the secret."""
    return _NAMES_A_FILE.search(name) is not None and (value.startswith("/") or bool(_content(Path(value))))


def _content(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")[:LONGEST_FILE] if file.is_file() else ""
    except (OSError, ValueError):
        return ""
