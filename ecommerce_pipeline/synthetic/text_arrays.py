"""Columns of text: words selected by code from small lists, and columns joined to sentences."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.synthetic.random_streams import Ints

Texts: TypeAlias = "pa.Array[Any]"


def choose(words: Sequence[str], codes: Ints) -> Texts:
    """Return the word at each position."""
    return pick(_array(tuple(words)), codes)


def pick(words: Texts, codes: Ints) -> Texts:
    """Return the word at each position of an Arrow array."""
    positions: Any = pa.array(codes)
    return words.take(positions)


def join(separator: str, *columns: Texts) -> Texts:
    """Join the columns row by row."""
    compute: Any = pc  # the stubs do not allow a plain string as separator
    joined: Texts = compute.binary_join_element_wise(*columns, separator)
    return joined


def padded(ids: Ints, width: int) -> Texts:
    """Return the numbers as decimal digits, padded with zeros to the width."""
    compute: Any = pc
    digits: Texts = compute.utf8_lpad(pa.array(ids).cast(pa.string()), width, "0")
    return digits


def lower(column: Texts) -> Texts:
    """Return the words in lower case."""
    compute: Any = pc
    lowered: Texts = compute.utf8_lower(column)
    return lowered


@lru_cache(maxsize=64)
def _array(words: tuple[str, ...]) -> Texts:
    return pa.array(words, type=pa.string())
