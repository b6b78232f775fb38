"""A small image of the revenue trend for the asset's page in Dagster, drawn without a chart library."""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np

WIDTH: Final = 360
HEIGHT: Final = 96
PAPER: Final = (255, 255, 255)
BAR: Final = (36, 86, 196)


def thumbnail(values: Sequence[float]) -> bytes:
    """Return a PNG with one bar per value; negative values have no bar."""
    picture = np.full((HEIGHT, WIDTH, 3), PAPER, dtype=np.uint8)
    step = WIDTH / len(values)
    highest = max(*values, 1)
    for position, value in enumerate(values):
        left, right = round(position * step), max(round((position + 0.8) * step), round(position * step) + 1)
        picture[HEIGHT - round(max(value, 0) / highest * HEIGHT) :, left:right] = BAR
    return _png(picture)


def _png(picture: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]) -> bytes:
    """Encode an RGB image as PNG, see https://www.w3.org/TR/png-3/."""
    height, width, _ = picture.shape
    # Each line begins with its filter type: none.
    lines = np.concatenate([np.zeros((height, 1), dtype=np.uint8), picture.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = {b"IHDR": header, b"IDAT": zlib.compress(lines.tobytes(), 9), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
