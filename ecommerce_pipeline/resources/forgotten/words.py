"""The words of a text, as forgotten persons are looked for in it."""

import json
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final
from urllib.parse import unquote

# Escapes of JSON, of which backslashes may be doubled, are part of a word or separate words.
_WORD: Final = re.compile(r"\\+[nrtbf]|((?:[\w@.%+'\u2019-]++|\\+u[0-9a-fA-F]{4})+)")
_ESCAPE: Final = re.compile(r"\\+(u[0-9a-fA-F]{4})")
_EDGE: Final = ".%+'\u2019-"


def words(text: str) -> Iterator[tuple[str, int, int]]:
    r"""Yield the words of a text in lower case, with their place in it; e-mail addresses are words.

    >>> list(words('{"by": "Zo\\u00eb\\nana%40shop.example"}'))
    [('by', 2, 4), ('zoë', 8, 16), ('ana@shop.example', 18, 36)]
    """
    for match in _WORD.finditer(text):
        bare = (match[1] or "").strip(_EDGE)
        if bare:
            start = match.start() + match[1].index(bare)
            yield _read(bare), start, start + len(bare)


def different_words(text: str, known: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    """Yield the different words of a text, each as it is written there and in lower case, but for those known."""
    for written in {*_WORD.findall(text)} - known:
        yield written, _read(written.strip(_EDGE))


def _read(written: str) -> str:
    if "\\" in written:
        written = json.loads(f'"{_ESCAPE.sub(lambda one: chr(92) + one[1], written)}"')
    if "%" in written:
        written = unquote(written)
    return written.lower()


def words_of(text: str) -> list[str]:
    """Return the words of a text.

    >>> words_of("Ana  Lima <Ana.Lima@shop.example>")
    ['ana', 'lima', 'ana.lima@shop.example']
    """
    return [word for word, _, _ in words(text)]
