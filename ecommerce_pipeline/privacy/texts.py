"""Search of free text for the words of forgotten persons, whose hashes alone are known."""

from typing import Final

from ecommerce_pipeline.resources.forgotten.persons import Forgotten
from ecommerce_pipeline.resources.forgotten.words import different_words, words

MOST_REMEMBERED: Final = 1_000_000
"""Different words of which is remembered that no person's begin with them: most text repeats itself."""


class Search:
    """A search for all forgotten persons, for many texts."""

    def __init__(self, forgotten: Forgotten) -> None:
        self._forgotten = forgotten
        self._others: set[str] = set()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places in a text that hold words of a forgotten person, in order, without overlaps."""
        heads = self._heads(text) if self._forgotten.heads else set()
        if not heads:
            return []
        found = [*words(text)]
        spans: list[tuple[int, int]] = []
        for position, (word, start, _) in enumerate(found):
            if (spans and start < spans[-1][1]) or word not in heads:
                continue
            for length in self._forgotten.lengths:
                run = found[position : position + length]
                if len(run) == length and self._is_run([one for one, _, _ in run]):
                    spans.append((start, run[-1][2]))
                    break
        return spans

    def hidden(self, text: str, mask: str, spans: list[tuple[int, int]]) -> str:
        """Return a text with a mask in each place, of the place's length in bytes if it is of one character."""
        parts, end = [], 0
        for start, stop in spans:
            length = len(text[start:stop].encode("utf-8", "surrogateescape")) if len(mask) == 1 else 1
            parts += [text[end:start], mask * length]
            end = stop
        return "".join([*parts, text[end:]])

    def _heads(self, text: str) -> set[str]:
        """Return the words of a text with which those of a person begin."""
        if len(self._others) > MOST_REMEMBERED:
            self._others.clear()
        heads = set()
        for written, word in different_words(text, self._others):
            if self._forgotten.hash(word) in self._forgotten.heads:
                heads.add(word)
            else:
                self._others.add(written)
        return heads

    def _is_run(self, run: list[str]) -> bool:
        return self._forgotten.hash(" ".join(run)) in self._forgotten.words
