r"""Masking of secrets by their format, whatever their value: URL credentials, `password=`, tokens, private keys.

Every pattern reads a text in linear time: it starts at most once in a run of the characters that it repeats, and gives
none of them back (possessive quantifiers).
"""

import base64
import binascii
import re
from typing import Final

MASK: Final = "***"

_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_AFTER_SCHEME: Final = re.compile(r"(?<=[A-Za-z0-9+.-]://)[^\s\"'<>]++")
_DELIMITER: Final = re.compile("[/@:]")
_AUTHORIZATION: Final = re.compile(r"\b(Bearer|Basic)\s++[A-Za-z0-9._~+/=-]{8,}+", re.IGNORECASE)
_BASIC: Final = re.compile(
    # After `Basic`, after a key as in Docker's and npm's files, and in a URL.
    r"(\b(?:Basic|_?auth|(?:proxy-)?authorization)\b(?:\\?[\"'])?(?:\s|%20|[+=:])++(?:\\?[\"'])?)"
    r"(?!Basic\b)([A-Za-z0-9+/_-]{4,}+={0,2})",
    re.IGNORECASE,
)
_JSON_WEB_TOKEN: Final = re.compile(r"\beyJ[\w-]++(\.[\w-]++\.[\w-]*+)?")
_TOKEN: Final = re.compile(r"\bya29\.[\w-]++|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}+")
_LABEL: Final = r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|(?:access|private)[_-]?key|credentials?)"
_LABELLED: Final = re.compile(
    rf"((?<![/\w.-])(?=[\w.-]*?{_LABEL})[\w.-]++(?<!_FILE)(?<!_PATH)(?<!APPLICATION_CREDENTIALS)"
    r"\\?[\"']?\s*+[=:]\s*+)"
    # In double quotes, with and without escapes, in quotes that are escaped for JSON, in single quotes, or a word.
    r"(?:\"(?:[^\"\\]|\\.)*+\"|\"[^\"]*+\"|\\\"(?:[^\"\\]|\\\\\\\"|\\[^\"])*+\\?\"|'(?:[^'\\]|\\.)*+'|[^\s\"',;&)}\]]++)",
    re.IGNORECASE | re.DOTALL,
)


def mask_formats(text: str) -> str:
    """Return a text with everything masked that has the format of a secret."""
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _AFTER_SCHEME.sub(lambda match: _without_credentials(match[0]), text)
    text = _AUTHORIZATION.sub(rf"\1 {MASK}", text)
    text = _BASIC.sub(lambda match: match[1] + MASK if _has_password(match[2]) else match[0], text)
    text = _JSON_WEB_TOKEN.sub(lambda match: MASK if match[1] else match[0], text)
    text = _TOKEN.sub(MASK, text)
    return _LABELLED.sub(rf"\1{MASK}", text)


def _without_credentials(url: str) -> str:
    """Return the part of a URL after `://` without credentials, also in URLs that it contains.

    A password may have any character but white space and quotes; a token may stand in place of the user.

    >>> _without_credentials("ann:p@ss/word@db:5432/shop")
    '***@db:5432/shop'
    """
    kept: list[str] = []
    start, last_at = 0, url.rfind("@")
    while (delimiter := _DELIMITER.search(url, start)) and delimiter.start() <= last_at:
        if delimiter[0] == ":":
            return "".join([*kept, MASK, url[last_at:]])
        if delimiter[0] == "@" and delimiter.start() > start:
            kept.append(MASK)
            start = delimiter.start()
        inner = url.find("://", start)
        if inner < 0:
            break
        kept.append(url[start : inner + 3])
        start = inner + 3
    return "".join([*kept, url[start:]])


def _has_password(token: str) -> bool:
    """Return whether a token is the base64 of `user:password`.

    >>> _has_password("YW5uOmh1bnRlcjI="), _has_password("authentication")
    (True, False)
    """
    bare = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b":" in base64.b64decode(bare + "=" * (-len(bare) % 4))
    except binascii.Error:
        return False
