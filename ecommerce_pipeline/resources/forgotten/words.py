"""The words of a text, as forgotten persons are looked for in it."""

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

# Escapes of JSON, of which backslashes may be doubled, are part of a word or separate words.
_WORD: Final = re.compile(r"\\+[nrtbf]|((?:[\w@.%+'\u2019-]|\\+u[0-9a-fA-F]{4})+)")
_ESCAPE: Final = re.compile(r"\\+(u[0-9a-fA-F]{4})")
_EDGE: Final = ".%+'\u2019-"


def words(text: str) -> Iterator[tuple[str, int, int]]:
    r"""Yield the words of a text in lower case, with their place in it; e-mail addresses are words.

    >>> list(words('{"by": "Zo\\u00eb\\nana%40shop.example"}'))
    [('by', 2, 4), ('zoë', 8, 16), ('ana@shop.example', 18, 36)]
    """
    for match in _WORD.finditer(text):
        found = match[1]
        if not found:
            continue
        bare = found.strip(_EDGE)
        if not bare:
            continue
        start = match.start() + found.index(bare)
        word = bare
        if "\\" in word:
            word = json.loads(f'"{_ESCAPE.sub(lambda one: chr(92) + one[1], word)}"')
        if "%" in word:
            word = unquote(word)
        yield word.lower(), start, start + len(bare)


def words_of(text: str) -> list[str]:
    """Return the words of a text.

    >>> words_of("Ana  Lima <Ana.Lima@shop.example>")
    ['ana', 'lima', 'ana.lima@shop.example']
    """
    return [word for word, _, _ in words(text)]
