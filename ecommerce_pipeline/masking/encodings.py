"""The encodings in which a known secret may appear: in URLs, JSON, SQL, HTML, base64, alone or as a part of it."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote

SHORTEST_CORE: Final = 7
"""Characters of base64 by which a secret inside it is recognized: 42 bits, which other text hardly has by chance."""

_ENCODERS: Final[tuple[Callable[[bytes], bytes], ...]] = (base64.b64encode, base64.urlsafe_b64encode)


def encodings(secret: str, cleaned: str) -> set[str]:
    """Return the encodings of a secret as text: plain, cleaned, for URLs, JSON, repr, SQL, libpq and HTML."""
    encoded = secret.encode("utf-8", "replace")
    in_libpq = secret.replace("\\", r"\\").replace("'", r"\'")
    once = {
        secret,
        cleaned,
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
    }
    # Also escaped for JSON a second time: logs escape the output of `repr`.
    return {form for form in once | {json.dumps(form)[1:-1] for form in once} if form}


def base64_of(secret: str) -> set[str]:
    """Return the base64 of a secret in both alphabets, without padding."""
    return {encode(secret.encode("utf-8", "replace")).decode().rstrip("=") for encode in _ENCODERS}


def base64_cores(secret: str) -> set[str]:
    """Return the parts of base64 that any base64 has whose content includes the secret, such as `user:secret`.

    Which characters encode it depends on its position modulo 3; those at its ends also depend on its neighbors.

    >>> authorization = base64.b64encode(b"ann:open sesame").decode()
    >>> any(core in authorization for core in base64_cores("open sesame"))
    True
    """
    return {core for encode in _ENCODERS for core in _cores(encode, secret.encode("utf-8", "replace"))}


def base64_decodings(token: str) -> Iterator[str]:
    """Yield what a token of base64 encodes, if its encoding begins at its first character or up to three later.

    >>> "ann:open sesame" in base64_decodings("x/YW5uOm9wZW4gc2VzYW1l")
    True
    """
    for run in re.findall(r"[A-Za-z0-9+/]+", unquote(token).replace("-", "+").replace("_", "/")):
        for start in range(4):
            part = run[start : len(run) - ((len(run) - start) % 4 == 1)]
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")


def _cores(encode: Callable[[bytes], bytes], secret: bytes) -> Iterator[str]:
    for before, changed_at_start in enumerate((0, 2, 3)):
        content = bytes(before) + secret
        text = encode(content).decode().rstrip("=")
        core = text[changed_at_start : len(text) - bool(len(content) % 3)]
        if len(core) >= SHORTEST_CORE:
            yield from {core, quote(core, safe="")}
