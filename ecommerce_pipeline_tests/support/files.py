"""Search of a platform's folder for texts that must not be in it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

import numpy as np

START: Final = 8
"""A text's first bytes, by which it is found; as one number, they are compared at all places of a file at once."""
BLOCK: Final = 1 << 22


def files_with(folder: Path, texts: Iterable[str], *, but: Collection[str] = ()) -> dict[str, set[str]]:
    """Return the files that hold one of the texts, in any case, with those they hold.

    Args:
        folder: The folder, whose files are searched byte by byte.
        texts: What to look for, of at least eight bytes.
        but: Names of files and folders in it that are not searched.
    """
    wanted: dict[bytes, set[bytes]] = defaultdict(set)
    for text in (text.lower().encode() for text in texts):
        assert len(text) >= START
        wanted[text[:START]].add(text)
    paths = [path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in but]
    found = {str(path): {hit.decode() for hit in _found(path.read_bytes().lower(), wanted)} for path in paths}
    return {path: hits for path, hits in found.items() if hits}


def _found(content: bytes, wanted: dict[bytes, set[bytes]]) -> set[bytes]:
    """Return those of the texts, by their first bytes, that are in the content."""
    starts = np.sort(np.frombuffer(b"".join(wanted), dtype="<u8"))
    found = set()
    for begin in range(0, len(content) - START + 1, BLOCK):
        size = min(BLOCK, len(content) - START + 1 - begin)
        here = np.ndarray(size, "<u8", content, offset=begin, strides=(1,))
        nearest = starts[np.minimum(np.searchsorted(starts, here), len(starts) - 1)]
        for place in np.flatnonzero(nearest == here).tolist():
            position = begin + place
            texts = wanted[content[position : position + START]]
            found |= {text for text in texts if content.startswith(text, position)}
    return found
