"""Text that may leave the process: without control characters, and with every secret masked.

Secrets are the values of environment variables with names such as PASSWORD and TOKEN and the contents of files that
these name (`environment`), in every likely encoding (`encodings`), and text that looks like a secret (`formats`). Mask
text before shortening it, so that no part of a secret remains.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ecommerce_pipeline.masking.encodings import base64_cores, base64_decodings, base64_of, encodings
from ecommerce_pipeline.masking.environment import SHORTEST, secret_values, secrets_in
from ecommerce_pipeline.masking.formats import MASK, mask_formats

SHORTEST_IN_WORDS: Final = 12
"""Shorter values of letters are masked only as whole words: `ecommerce` could be a password and is in module names."""
LONGEST_TEXT: Final = 256 * 1024
"""Characters that are masked of a text, so that one error text cannot delay everything else."""
CUT_MARGIN: Final = 64 * 1024
"""Masked, but not kept, at the end of a text that is cut: more than a secret that the cut may have divided."""

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_UNUSUAL: Final = re.compile(r"[^\n\t -~]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_%-]{7,}={0,2}")


def clean(text: str) -> str:
    r"""Return text without colors, control characters, direction overrides and lone surrogates.

    >>> clean("\x1b[31mred\x1b[0m\x00 caf\u00e9\u202e\ud800\r\n")
    'red café?\n'
    """
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _UNUSUAL.sub(lambda char: "" if unicodedata.category(char[0]) in {"Cc", "Cf"} else char[0], text)


class Masker:
    """Removes control characters from text and masks secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST}
        forms = {form: _pattern(form) for secret in known for form in encodings(secret, clean(secret))}
        forms |= {form: _whole_base64(form) for secret in known for form in base64_of(secret)}
        self._forms = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(forms[form] for form in self._forms) or r"(?!)")
        self._cores = {core: _is_word(secret) for secret in known for core in base64_cores(secret)}

    @classmethod
    def of(cls, environment: Mapping[str, str], files: Iterable[Path] = ()) -> "Masker":
        """Return the masker of the secrets in an environment and of the contents of secret files."""
        return _masker(frozenset(secret_values(environment, files)))

    @classmethod
    def of_process(cls) -> "Masker":
        """Return the masker of this process's secrets: in its environment, and those it has read."""
        return _FIXED.get() or _masker(frozenset([*secret_values(os.environ), *_READ]))

    def knows(self, text: str) -> bool:
        """Return whether a known secret is in a text, as opposed to one recognized by its format."""
        encoded = self._has_core(text) and any(self._encodes_secret(token) for token in _BASE64.findall(text))
        return encoded or (self._has_form(text) and self._pattern.search(text) is not None)

    def hide(self, text: str) -> str:
        """Return a text with known secrets masked and otherwise unchanged."""
        if self._has_core(text):
            text = _BASE64.sub(lambda token: MASK if self._encodes_secret(token[0]) else token[0], text)
        return self._pattern.sub(MASK, text) if self._has_form(text) else text

    def __call__(self, text: str) -> str:
        """Return the text cleaned and masked; a very long one is cut."""
        masked = mask_formats(self.hide(clean(text[:LONGEST_TEXT])))
        if len(text) <= LONGEST_TEXT:
            return masked
        return f"{masked[:-CUT_MARGIN]}… (cut: the text has {len(text):,} characters)"

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

    # Searching for the strings takes a hundredth of the pattern's time, and most texts have none.
    def _has_form(self, text: str) -> bool:
        return any(form in text for form in self._forms)

    def _has_core(self, text: str) -> bool:
        return any(core in text for core in self._cores)

    def _encodes_secret(self, token: str) -> bool:
        """Return whether base64 contains a secret; a secret that is a word must be a word of the content, too."""
        words = [is_word for core, is_word in self._cores.items() if core in token]
        return not all(words) or any(map(self._pattern.search, base64_decodings(token) if words else ()))


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
_FIXED: Final[ContextVar[Masker | None]] = ContextVar("secrets", default=None)


@lru_cache(maxsize=16)
def _masker(values: frozenset[str]) -> Masker:
    """Return the masker of values, cached: most processes have the same secrets for every text."""
    return Masker(secret for value in values for secret in secrets_in(value))


def _pattern(form: str) -> str:
    escaped = re.escape(form)
    return rf"(?<!\w){escaped}(?!\w)" if _is_word(form) else escaped


def _whole_base64(form: str) -> str:
    return rf"(?<![A-Za-z0-9]){re.escape(form)}={{0,2}}(?![A-Za-z0-9])"


def _is_word(secret: str) -> bool:
    return secret.isalpha() and len(secret) < SHORTEST_IN_WORDS
