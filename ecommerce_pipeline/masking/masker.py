"""Text that may leave the house: without control characters, and with every secret masked.

What is a secret: the values of environment variables whose names say so and the contents of files they point to, in
every form in which they are likely to appear; credentials in URLs; whatever stands behind `password=` and its like;
private keys and tokens by their shape. Masking comes before shortening, so that no cut leaves half a secret.
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
    # PWD alone is the working directory, and OLDPWD the one before.
    r"PASS(WORD|WD|PHRASE)?(_|$)|(?<!^OLD)(?<!^)PWD$|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SSL_?KEY|CREDENTIAL|DSN$|CONNECTION_STRING",
    re.IGNORECASE,
)
_NAMES_A_FILE: Final = re.compile(r"(_FILE|_PATH|APPLICATION_CREDENTIALS|SSL_?KEY)$", re.IGNORECASE)
_SAYS_SO: Final = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|(?:access|private)[_-]?key|credentials?)"
SHORTEST: Final = 4
"""A shorter value is masked only where a name in front of it says what it is: `password=abc`."""
SHORTEST_IN_WORDS: Final = 12
"""A shorter one of letters alone is masked only as a whole word: the password `ecommerce` is in every module's name."""
LONGEST_FILE: Final = 64 * 1024

_SHAPES: Final = [
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    # With a password, which may hold any sign but white space and quotes, or a token as the user.
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@:\"'<>]*:[^\s\"'<>]*@", re.IGNORECASE), rf"\1{MASK}@"),
    (re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/@\"'<>]+@", re.IGNORECASE), rf"\1{MASK}@"),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bya29\.[\w-]+|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}"), MASK),
    (
        re.compile(
            rf"((?<![/\w.-])[\w.-]*{_SAYS_SO}[\w.-]*(?<!_FILE)(?<!_PATH)(?<!APPLICATION_CREDENTIALS)\\?[\"']?\s*[=:]\s*)"
            r"(\\?\"(?:[^\"\\]|\\.)*\\?\"|'(?:[^'\\]|\\.)*'|[^\s\"',;&)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
]

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")


def clean(text: str) -> str:
    r"""Return text without colours, control characters, direction overrides and broken surrogates.

    >>> clean("\x1b[31mred\x1b[0m\x00 caf\u00e9\u202e\ud800\r\n")
    'red café?\n'
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cf"})


class Masker:
    """Cleans text and masks secrets in it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        # As they are, and in JSON once more: what a repr has escaped a log escapes again.
        self._forms = sorted(forms | {json.dumps(form)[1:-1] for form in forms}, key=len, reverse=True)
        self._known = re.compile("|".join(map(_pattern, self._forms)) or r"(?!)")

    @classmethod
    def of(cls, environment: Mapping[str, str], files: Iterable[Path] = ()) -> "Masker":
        """Return the masker that knows the secrets of an environment, and the contents of secret files."""
        return _masker(frozenset(_values(environment, files)))

    @classmethod
    def here(cls) -> "Masker":
        """Return the masker that knows the secrets of this process: of its environment, and what it has read."""
        return _LOOKED_UP.get() or _masker(frozenset([*_values(os.environ), *_READ]))

    def knows(self, text: str) -> bool:
        """Return whether a secret that is known, not guessed by its shape, is in a text."""
        # Searching for strings takes a hundredth of the time of the pattern, and most texts have none.
        return any(form in text for form in self._forms) and self._known.search(text) is not None

    def hide(self, text: str) -> str:
        """Return a text as it is but for the secrets that are known."""
        return self._known.sub(MASK, text) if self.knows(text) else text

    def __call__(self, text: str) -> str:
        """Return the text clean and masked."""
        text = self._known.sub(MASK, clean(text))
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return text

    def walk(self, value: Any) -> Any:
        """Return a structure of dictionaries, lists and tuples with every text in it clean and masked."""
        match value:
            case str():
                return self(value)
            case dict():
                return {name: self.walk(item) for name, item in value.items()}
            case list() | tuple():
                return type(value)(self.walk(item) for item in value)
        return value


def remember(secret: str) -> str:
    """Mask a secret in this process from now on, also when its variable or file has another one; return it."""
    _READ.add(secret)
    return secret


@contextmanager
def one_look() -> Iterator[None]:
    """Look up the secrets of this process once for all texts within: that takes longer than to mask a short one."""
    token = _LOOKED_UP.set(Masker.here())
    try:
        yield
    finally:
        _LOOKED_UP.reset(token)


def mask(text: str) -> str:
    """Return a text clean, and without the secrets of this process."""
    return Masker.here()(text)


_READ: Final[set[str]] = set()
_LOOKED_UP: Final[ContextVar[Masker | None]] = ContextVar("looked_up", default=None)


@lru_cache(maxsize=16)
def _masker(values: frozenset[str]) -> Masker:
    """Return the masker of values, made once: most processes see the same ones with every text."""
    return Masker(secret for value in values for secret in _secrets_in(value))


def _values(environment: Mapping[str, str], files: Iterable[Path] = ()) -> Iterable[str]:
    named = {name: value for name, value in environment.items() if value and _is_secret(name)}
    yield from (value for name, value in named.items() if not _is_path(name, value))
    yield from filter(None, map(_content, [*map(Path, named.values()), *files]))


@cache
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _is_path(name: str, value: str) -> bool:
    """Return whether a variable holds the path of a secret, which may be told; not if a secret itself got there."""
    return _NAMES_A_FILE.search(name) is not None and (value.startswith("/") or bool(_content(Path(value))))


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return rf"(?<!\w){escaped}(?!\w)" if form.isalpha() and len(form) < SHORTEST_IN_WORDS else escaped


def _content(place: Path) -> str:
    try:
        return place.read_text("utf-8", "replace")[:LONGEST_FILE] if place.is_file() else ""
    except (OSError, ValueError):
        return ""


def _secrets_in(value: str) -> Iterable[str]:
    """Yield a value, its lines if it has several, the secrets of a JSON document, and the password of a URL."""
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
    """Return how a secret may be written: as it is, clean, in a URL, JSON, repr, SQL, libpq's string, HTML, base64."""
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
