"""The encodings in which a known secret may appear: in URLs, JSON, SQL, HTML, base64, alone or as a part of it."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus

SHORTEST_CORE: Final = 7
"""Characters of base64 by which a secret inside it is recognized: 42 bits, which other text hardly has by chance."""


def encodings(secret: str, cleaned: str) -> set[str]:
    """Return the encodings of a secret as a whole: plain, cleaned, for URLs, JSON, repr, SQL, libpq, HTML, base64."""
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
        base64.b64encode(encoded).decode(),
        base64.urlsafe_b64encode(encoded).decode(),
    }
    # Also escaped for JSON a second time: logs escape the output of `repr`.
    return {form for form in once | {json.dumps(form)[1:-1] for form in once} if form}


def base64_cores(secret: str) -> set[str]:
    """Return the parts of base64 that any base64 has whose content includes the secret, such as `user:secret`.

    Which characters encode it depends on its position modulo 3; those at its ends also depend on its neighbors.

    >>> authorization = base64.b64encode(b"ann:open sesame").decode()
    >>> any(core in authorization for core in base64_cores("open sesame"))
    True
    """
    encoders: tuple[Callable[[bytes], bytes], ...] = (base64.b64encode, base64.urlsafe_b64encode)
    return {core for encode in encoders for core in _cores(encode, secret.encode("utf-8", "replace"))}


def _cores(encode: Callable[[bytes], bytes], secret: bytes) -> Iterator[str]:
    for before, changed_at_start in enumerate((0, 2, 3)):
        content = bytes(before) + secret
        text = encode(content).decode().rstrip("=")
        core = text[changed_at_start : len(text) - bool(len(content) % 3)]
        if len(core) >= SHORTEST_CORE:
            yield from {core, quote(core, safe="")}
