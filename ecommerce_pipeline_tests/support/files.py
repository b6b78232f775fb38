"""Search of a platform's folder for texts that must not be in it."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path


def files_with(folder: Path, texts: Iterable[str], *, but: Collection[str] = ()) -> dict[str, set[str]]:
    """Return the files that hold one of the texts, in any case, with those they hold.

    Args:
        folder: The folder, whose files are searched byte by byte.
        texts: What to look for.
        but: Names of files and folders in it that are not searched.
    """
    wanted = re.compile(b"|".join(sorted({re.escape(text.lower().encode()) for text in texts}, key=len, reverse=True)))
    paths = [path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in but]
    found = {str(path): {hit.decode() for hit in wanted.findall(path.read_bytes().lower())} for path in paths}
    return {path: hits for path, hits in found.items() if hits}
