"""Small files that are written whole."""

import os
from pathlib import Path
from uuid import uuid4


def write_whole(file: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file, of which readers see the old content or the new; its folder is made if need be.

    Args:
        file: May be written by other processes and threads at once.
        content: What it holds then.
        durable: Whether it must survive a power failure that follows.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        with part.open("wb") as opened:
            opened.write(content)
            if durable:
                opened.flush()
                os.fsync(opened.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
