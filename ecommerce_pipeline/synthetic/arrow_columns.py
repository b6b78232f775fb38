"""From integers to Arrow: until here rows are columns of int64, and each type of the contract has one decoder.

Money is in cents, quantities are whole, times are in microseconds, texts are codes of a vocabulary, flags are 0 and 1.
NULL is 0 for a foreign key or a time and -1 for a code.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.schema.arrow import arrow_schema, arrow_type
from ecommerce_pipeline.schema.keys import Key, key_type
from ecommerce_pipeline.schema.tables import QUANTITY, TABLES
from ecommerce_pipeline.synthetic.random_streams import Flags, Ints
from ecommerce_pipeline.synthetic.reviews_text import bodies, titles
from ecommerce_pipeline.synthetic.text_arrays import padded, pick
from ecommerce_pipeline.synthetic.vocabularies import VOCABULARIES

CENTS: Final = 2
"""Digits of money after the point."""

Rows = dict[str, Ints]
"""Columns by name, all of the same length."""

Column: TypeAlias = "pa.Array[Any]"

DELETED: Final = ("key", "deleted_at")
"""The columns of rows that were deleted: their key, and when."""

_TEXT_KEY: Final = 36
"""Characters of a key that is text, as many as a uuid has."""


@lru_cache(maxsize=16)
def schema_of(table: str) -> pa.Schema:
    """Return the Arrow schema of the table contract."""
    return arrow_schema(TABLES[table])


def deletions_schema() -> pa.Schema:
    """Return the Arrow schema of deleted rows."""
    types = (arrow_type(key_type()), pa.timestamp("us", tz="UTC"))
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in zip(DELETED, types, strict=True)])


def length(rows: Rows) -> int:
    """Return the number of rows."""
    return len(next(iter(rows.values())))


def take(rows: Rows, which: "Ints | Flags | slice") -> Rows:
    """Return the rows at these positions, or the flagged ones."""
    if isinstance(which, slice) or which.dtype == np.bool_:
        return {name: column[which] for name, column in rows.items()}
    return {name: column.take(which) for name, column in rows.items()}  # a third faster than indexing


def concat(parts: Sequence[Rows]) -> Rows:
    """Concatenate the rows of the parts, with the columns of the first part and, if it is not packed, their type."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def packed(rows: Rows) -> Rows:
    """Return the rows in the fewest bytes that hold them, to be kept for later days."""
    return {name: column.astype(_fewest_bytes(column)) for name, column in rows.items()}


def _fewest_bytes(column: Ints) -> "np.dtype[Any]":
    ends = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    return np.result_type(*(np.min_scalar_type(end if end < 0 else -end - 1) for end in ends))


def deletions_to_arrow(rows: Rows) -> pa.Table:
    """Return keys with the times of their deletion as an Arrow table."""
    schema = deletions_schema()
    key, deleted_at = schema
    arrays = [_key(key, rows[key.name]), _decoded(deleted_at, rows[deleted_at.name])]
    return pa.Table.from_arrays(arrays, schema=schema)


def to_arrow(table: str, rows: Rows, texts: Mapping[str, Column] | None = None) -> pa.Table:
    """Return the rows as an Arrow table of the table contract; nullable columns that are not generated are null.

    Args:
        table: Name of the source table.
        rows: Columns of integers, by name.
        texts: Columns that are Arrow strings already.

    Raises:
        ValueError: A column that may not be null is not generated.
    """
    schema = schema_of(table)
    ready = texts or {}
    arrays = [ready[field.name] if field.name in ready else _column(table, field, rows) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _column(table: str, field: "pa.Field[Any]", rows: Rows) -> Column:
    of_contract = TABLES[table].columns[field.name]
    if field.name in rows and isinstance(of_contract.type, Key):
        return _key(field, rows[field.name])
    if field.name in rows:
        return _decoded(field, rows[field.name])
    if of_contract.info.get("default") == "0":
        return _decoded(field, np.zeros(length(rows), dtype=np.int64))
    if field.nullable:
        nulls: Column = pa.nulls(length(rows), field.type)
        return nulls
    raise ValueError(
        f"the synthetic shop generates no column {field.name} of {table}: generate it, or allow nulls with `null=True` "
        "in ecommerce_pipeline/schema/tables.py"
    )


def _key(field: "pa.Field[Any]", numbers: Ints) -> Column:
    if not pa.types.is_string(field.type):
        return _decoded(field, numbers)
    texts = padded(numbers, _TEXT_KEY)
    if not field.nullable:
        return texts
    compute: Any = pc
    known: Column = compute.if_else(pa.array(numbers != 0), texts, None)
    return known


def _decoded(field: "pa.Field[Any]", column: Ints) -> Column:
    kind = field.type
    if pa.types.is_string(kind):
        return _text(field.name, column)
    if pa.types.is_decimal(kind):
        return decimals(column * 10 ** (kind.scale - (0 if kind.scale == QUANTITY.scale else CENTS)), kind)
    if pa.types.is_timestamp(kind) and not field.nullable:
        return pa.Array.from_buffers(kind, len(column), [None, _buffer(column)])
    if pa.types.is_timestamp(kind):
        times: Column = pa.array(column, mask=_mask(field, column)).cast(kind)
        return times
    if pa.types.is_boolean(kind):
        flags: Column = pa.array(column != 0)
        return flags
    if pa.types.is_date(kind):
        days: Column = pa.array(column.astype(np.int32), mask=_mask(field, column)).cast(kind)
        return days
    if pa.types.is_int32(kind):
        return pa.array(column.astype(np.int32))
    numbers: Column = pa.array(column, mask=_mask(field, column))
    return numbers


def _mask(field: "pa.Field[Any]", column: Ints) -> "Flags | None":
    return column == 0 if field.nullable else None


def _buffer(numbers: Ints) -> pa.Buffer:
    memory: Any = np.ascontiguousarray(numbers)
    return pa.py_buffer(memory)


def decimals(scaled: Ints, kind: pa.DataType) -> Column:
    """Return integers as decimals that end with them, without going through floats: 128 bits, low word first."""
    halves = np.empty((len(scaled), 2), dtype=np.int64)
    halves[:, 0] = scaled
    halves[:, 1] = scaled >> 63
    return pa.Array.from_buffers(kind, len(scaled), [None, _buffer(halves)])


def _text(name: str, codes: Ints) -> Column:
    if name == "title":
        return titles(codes)
    if name == "body":
        return bodies(codes)
    words = _vocabulary(name)
    return pick(words, np.where(codes < 0, len(words) - 1, codes))


@lru_cache(maxsize=32)
def _vocabulary(name: str) -> Column:
    return pa.array([*VOCABULARIES[name], None], type=pa.string())
