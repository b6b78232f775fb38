"""Text that may leave the house: without control characters, and with every secret masked.

What is a secret: the values of environment variables whose names say so and the files they point to, in every form in
which they are likely to appear; credentials in URLs; whatever stands behind `password=` and its like; private keys and
tokens by their shape. Masking comes before shortening, so that no cut leaves half a secret.
"""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"

_SECRET_NAME: Final = re.compile(
    # PWD alone is the working directory, and OLDPWD the one before.
    r"PASS(WORD|WD|PHRASE)?(_|$)|(?<!^OLD)(?<!^)PWD$|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|DSN$|CONNECTION_STRING",
    re.IGNORECASE,
)
_SAYS_SO: Final = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|(?:access|private)[_-]?key|credentials?)"
SHORTEST: Final = 4
"""A shorter value is masked only where a name in front of it says what it is: `password=abc`."""
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
            rf"([\w.-]*{_SAYS_SO}[\w.-]*\\?[\"']?\s*[=:]\s*)"
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
        forms = {form for secret in secrets for form in _forms(secret)}
        self._known = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)) or r"(?!)")

    @classmethod
    def of(cls, environment: Mapping[str, str], files: Iterable[Path] = ()) -> "Masker":
        """Return the masker that knows the secrets of an environment, and the contents of secret files."""
        values = [value for name, value in environment.items() if _SECRET_NAME.search(name)]
        read = [content for place in [*map(Path, values), *files] if (content := _content(place))]
        found = [secret for value in [*values, *read] for secret in _secrets_in(value)]
        return cls(secret for secret in found if len(secret) >= SHORTEST)

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
    """Return how a secret may be written: as it is, clean, in a URL, in JSON, in a repr, in HTML, in base64."""
    encoded = secret.encode("utf-8", "replace")
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
            html.escape(secret),
            base64.b64encode(encoded).decode(),
            base64.urlsafe_b64encode(encoded).decode(),
        )
        if form
    }
