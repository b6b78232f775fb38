"""Text that may leave the process: without control characters, and with every secret masked.

Secrets are the values of environment variables with names such as PASSWORD and TOKEN and the contents of files that
these name, in every likely encoding; credentials in URLs; values after `password=` and the like; private keys and
tokens by their format. Mask text before shortening it, so that no part of a secret remains.
"""

import base64
import html
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"

_SECRET_NAME: Final = re.compile(
    # PWD alone is the working directory, and OLDPWD the previous one.
    r"PASS(WORD|WD|PHRASE)?(_|$)|(?<!^OLD)(?<!^)PWD$|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SSL_?KEY|CREDENTIAL|DSN$|CONNECTION_STRING",
    re.IGNORECASE,
)
_NAMES_A_FILE: Final = re.compile(r"(_FILE|_PATH|APPLICATION_CREDENTIALS|SSL_?KEY)$", re.IGNORECASE)
_LABEL: Final = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|(?:access|private)[_-]?key|credentials?)"
SHORTEST: Final = 4
"""Shorter values are masked only after a name, as in `password=abc`."""
SHORTEST_IN_WORDS: Final = 12
"""Shorter values of letters are masked only as whole words: `ecommerce` could be a password and is in module names."""
LONGEST_FILE: Final = 64 * 1024
"""Characters of a secret file that are read."""

_SHAPES: Final = [
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    # With a password, which may have any character but white space and quotes, or with a token as the user.
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@:\"'<>]*:[^\s\"'<>]*@", re.IGNORECASE), rf"\1{MASK}@"),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@\"'<>]+@", re.IGNORECASE), rf"\1{MASK}@"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bya29\.[\w-]+|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}"), MASK),
    (
        re.compile(
            rf"((?<![/\w.-])[\w.-]*{_LABEL}[\w.-]*(?<!_FILE)(?<!_PATH)(?<!APPLICATION_CREDENTIALS)\\?[\"']?\s*[=:]\s*)"
            r"(\\?\"(?:[^\"\\]|\\.)*\\?\"|'(?:[^'\\]|\\.)*'|[^\s\"',;&)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
]

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")


def clean(text: str) -> str:
    r"""Return text without colors, control characters, direction overrides and lone surrogates.

    >>> clean("\x1b[31mred\x1b[0m\x00 caf\u00e9\u202e\ud800\r\n")
    'red café?\n'
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf"})


class Masker:
    """Removes control characters from text and masks secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        # Also escaped for JSON a second time: logs escape the output of `repr`.
        self._forms = sorted(forms | {json.dumps(form)[1:-1] for form in forms}, key=len, reverse=True)
        self._known = re.compile("|".join(map(_pattern, self._forms)) or r"(?!)")

    @classmethod
    def of(cls, environment: Mapping[str, str], files: Iterable[Path] = ()) -> "Masker":
        """Return the masker of the secrets in an environment and of the contents of secret files."""
        return _masker(frozenset(_values(environment, files)))

    @classmethod
    def of_process(cls) -> "Masker":
        """Return the masker of this process's secrets: in its environment, and those it has read."""
        return _FIXED.get() or _masker(frozenset([*_values(os.environ), *_READ]))

    def knows(self, text: str) -> bool:
        """Return whether a known secret is in a text, as opposed to one recognized by its format."""
        # Searching for the strings takes a hundredth of the pattern's time, and most texts have none.
        return any(form in text for form in self._forms) and self._known.search(text) is not None

    def hide(self, text: str) -> str:
        """Return a text with known secrets masked and otherwise unchanged."""
        return self._known.sub(MASK, text) if self.knows(text) else text

    def __call__(self, text: str) -> str:
        """Return the text cleaned and masked."""
        text = self._known.sub(MASK, clean(text))
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def walk(self, value: Any) -> Any:
        """Return a structure of dictionaries, lists and tuples with all texts in it cleaned and masked."""
        match value:
            case str():
                return self(value)
            case dict():
                return {name: self.walk(item) for name, item in value.items()}
            case list() | tuple():
                return type(value)(self.walk(item) for item in value)
        return value


def remember(secret: str) -> str:
    """Mask a secret in this process from now on, even after its variable or file has changed; return it."""
    _READ.add(secret)
    return secret


@contextmanager
def secrets_cached() -> Iterator[None]:
    """Look up the secrets of this process once for the block, because that takes longer than masking a short text."""
    token = _FIXED.set(Masker.of_process())
    try:
        yield
    finally:
        _FIXED.reset(token)


def mask(text: str) -> str:
    """Return a text cleaned and without the secrets of this process."""
    return Masker.of_process()(text)


_READ: Final[set[str]] = set()
_FIXED: Final[ContextVar[Masker | None]] = ContextVar("looked_up", default=None)


@lru_cache(maxsize=16)
def _masker(values: frozenset[str]) -> Masker:
    """Return the masker of values, cached: most processes have the same secrets for every text."""
    return Masker(secret for value in values for secret in _secrets_in(value))


def _values(environment: Mapping[str, str], files: Iterable[Path] = ()) -> Iterable[str]:
    named = {name: value for name, value in environment.items() if value and _is_secret(name)}
    yield from (value for name, value in named.items() if not _is_path(name, value))
    yield from filter(None, map(_content, [*map(Path, named.values()), *files]))


@cache
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _is_path(name: str, value: str) -> bool:
    """Return whether a variable has the path of a secret file, which may be shown, and not by mistake the secret."""
    return _NAMES_A_FILE.search(name) is not None and (value.startswith("/") or bool(_content(Path(value))))


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return rf"(?<!\w){escaped}(?!\w)" if form.isalpha() and len(form) < SHORTEST_IN_WORDS else escaped


def _content(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")[:LONGEST_FILE] if file.is_file() else ""
    except (OSError, ValueError):
        return ""


def _secrets_in(value: str) -> Iterable[str]:
    """Yield a value, its lines if there are several, the secrets in a JSON document, and the password in a URL."""
    value = value.strip()
    if value.lower() in {"true", "false", "none", "null"}:
        return
    if value.startswith("{"):
        try:
            items = json.loads(value).items()
        except (ValueError, AttributeError):
            items = ()
        for name, item in items:
            if isinstance(item, str) and _SECRET_NAME.search(name):
                yield from _secrets_in(item)
        return
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        yield from (line for line in lines if len(line) > 2 * SHORTEST and not line.startswith("-----"))
    if in_url := re.match(r"[a-z][a-z0-9+.-]*://[^\s/@:]*:(.*)@", value, re.IGNORECASE):
        yield in_url[1]


def _forms(secret: str) -> set[str]:
    """Return the encodings of a secret: plain, cleaned, for URLs, JSON, repr, SQL, libpq, HTML, and in base64."""
    encoded = secret.encode("utf-8", "replace")
    in_libpq = secret.replace("\\", r"\\").replace("'", r"\'")
    return {
        form
        for form in (
            secret,
            clean(secret),
            quote(encoded, safe=""),
            quote(encoded),
            quote_plus(encoded),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
            re.sub(r"%..", lambda code: code[0].lower(), quote(encoded, safe="")),
            secret.replace("'", "''"),
            in_libpq,
            in_libpq.replace("'", "''"),
            html.escape(secret),
            base64.b64encode(encoded).decode(),
            base64.urlsafe_b64encode(encoded).decode(),
        )
        if form
    }
