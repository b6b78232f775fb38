"""Splits a stream of record batches: by business day, or into groups of many rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

GROUP_BYTES: Final = 256 * 2**20
"""Few enough to hold several groups in memory, and far below the 2 GiB of text that a column of a batch holds."""

_EPOCH: Final = date(1970, 1, 1)


def by_day(rows: pa.RecordBatchReader, keys: Sequence[str]) -> Iterator[tuple[str, Iterator[pa.RecordBatch]]]:
    """Yield each day with its batches; a day without rows has none. Consume a day before the next one.

    Args:
        rows: Ordered by `business_date`.
        keys: Days (YYYY-MM-DD) in order.

    Raises:
        PlatformError: A row is of another day.
    """
    stream = _Pushback(rows)
    for key in keys:
        yield key, _of_day(stream, date.fromisoformat(key))
    for batch in stream:
        raise _stray(batch[BUSINESS_DATE][0].as_py(), keys)


def in_groups(
    batches: Iterable[pa.RecordBatch], rows: int, bytes_: int = GROUP_BYTES
) -> Iterator[list[pa.RecordBatch]]:
    """Yield consecutive batches in groups of at least so many rows or bytes; the last group may have fewer."""
    group: list[pa.RecordBatch] = []
    rows_left, bytes_left = rows, bytes_
    for batch in batches:
        group.append(batch)
        rows_left -= batch.num_rows
        bytes_left -= batch.nbytes
        if rows_left <= 0 or bytes_left <= 0:
            yield group
            group, rows_left, bytes_left = [], rows, bytes_
    if group:
        yield group


class _Pushback:
    """An iterator over batches that can be given the rest of a batch back."""

    def __init__(self, rows: pa.RecordBatchReader) -> None:
        self._rows = iter(rows)
        self.rest: pa.RecordBatch | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch, self.rest = self.rest, None
        while batch is None or batch.num_rows == 0:
            batch = next(self._rows)
        return batch


def _of_day(stream: _Pushback, day: date) -> Iterator[pa.RecordBatch]:
    for batch in stream:
        found = np.asarray(batch[BUSINESS_DATE].cast(pa.int32()))
        number = (day - _EPOCH).days
        if found[0] < number:
            raise _stray(batch[BUSINESS_DATE][0].as_py(), [str(day)])
        split = int(np.searchsorted(found, number, side="right"))
        if split < batch.num_rows:
            stream.rest = batch.slice(split)
        if split:
            yield batch.slice(0, split)
        if stream.rest is not None:
            return


def _stray(day: date, keys: Sequence[str]) -> PlatformError:
    return PlatformError(
        f"a row of {day} is not in the partitions {keys[0]} to {keys[-1]}: the asset must return only rows of its own "
        f"partitions, ordered by {BUSINESS_DATE}"
    )
