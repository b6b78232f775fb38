"""The page's tables as bytes: by column, as whole numbers of as few bytes as they need, compressed and in base64.

The header, which is JSON, says how each column reads; `static/columns.js` reads them. Bytes of equal weight lie
together, because those of high weight hardly differ: that halves the compressed size.
"""

import base64
import gzip
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Header = dict[str, Any]

SCALES: Final = (1, 10, 100, 1_000, 10_000)
"""What numbers are multiplied by to be whole; those that are not remain floating-point."""
MOST: Final = 2**47
"""Above it, a product with a scale is not exact."""
LEVEL: Final = 6
"""Of compression: the highest takes six times as long and saves 2 %."""
FLOAT: Final = 8
"""Bytes of a floating-point number."""


def packed(tables: Mapping[str, pa.Table]) -> tuple[dict[str, Header], str]:
    """Return the header of each table, and the text with the columns of all, in the order of the headers."""
    headers: dict[str, Header] = {}
    parts: list[bytes] = []
    for name, table in tables.items():
        columns: dict[str, Header] = {}
        for column in table.column_names:
            columns[column], planes = _column(column, table[column].combine_chunks())
            parts += planes
        headers[name] = {"rows": table.num_rows, "columns": columns}
    # The time is no part of it: the same rows give the same page.
    return headers, base64.b64encode(gzip.compress(b"".join(parts), LEVEL, mtime=0)).decode()


def _column(name: str, values: "pa.Array[Any]") -> tuple[Header, list[bytes]]:
    """Return how a column reads, and its bytes: days as offsets from the first, words and ids as places in a list."""
    kind: Header = {}
    if pa.types.is_date(values.type):
        first = pc.min(values).as_py()
        kind["first"] = first and first.isoformat()
        days = values.cast(pa.int32())
        values = pc.subtract(days, pc.min(days)) if first else days
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type) or name.endswith("_id"):
        coded = values.dictionary_encode()
        kind["words"] = coded.dictionary.to_pylist()
        values = coded.indices
    return _numbers(kind, values)


def _numbers(kind: Header, values: "pa.Array[Any]") -> tuple[Header, list[bytes]]:
    if values.null_count:
        kind["null"] = True
    present = values.drop_null().cast(pa.float64()).to_numpy(zero_copy_only=False)
    scale = next((scale for scale in SCALES if _are_whole(present * scale, present, scale)), None)
    if scale is None:
        floats = values.fill_null(float("nan")).to_numpy(zero_copy_only=False).astype("<f8")
        return kind | {"bytes": FLOAT, "float": True}, list(_planes(floats.view(np.uint64), FLOAT))
    whole = np.rint(present * scale).astype(np.int64)
    lowest = int(whole.min(initial=whole[0])) if len(whole) else 0
    # Zero is what lacks, if something does.
    offset = lowest - bool(values.null_count)
    numbers = np.zeros(len(values), dtype=np.uint64)
    numbers[values.is_valid().to_numpy(zero_copy_only=False)] = (whole - offset).astype(np.uint64)
    size = (int(numbers.max(initial=0)).bit_length() + 7) // 8
    return kind | {"bytes": size, "from": offset, "scale": scale}, list(_planes(numbers, size))


def _are_whole(scaled: "np.ndarray[Any, Any]", values: "np.ndarray[Any, Any]", scale: int) -> bool:
    return bool(np.all(np.abs(scaled) < MOST) and np.all(np.rint(scaled) / scale == values))


def _planes(numbers: "np.ndarray[Any, Any]", size: int) -> Iterator[bytes]:
    """Yield the bytes of the numbers by weight, the lightest first."""
    for weight in range(size):
        yield ((numbers >> np.uint64(8 * weight)) & np.uint64(255)).astype(np.uint8).tobytes()
