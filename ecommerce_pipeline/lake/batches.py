"""Splits a stream of record batches: by the day on which rows were written, or into groups of many rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final

import numpy as np
import pyarrow as pa

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import ONE_DAY, start_of
from ecommerce_pipeline.schema.tables import WRITTEN_AT

GROUP_BYTES: Final = 256 * 2**20
"""Few enough to hold several groups in memory, and far below the 2 GiB of text that a column of a batch holds."""


def by_day(rows: pa.RecordBatchReader, keys: Sequence[str]) -> Iterator[tuple[str, Iterator[pa.RecordBatch]]]:
    """Yield each day with its batches; a day without rows has none. Consume a day before the next one.

    Args:
        rows: Ordered by `recorded_at`.
        keys: Days (YYYY-MM-DD) in order.

    Raises:
        PlatformError: A row was written on another day.
    """
    stream = _Pushback(rows)
    for key in keys:
        day = date.fromisoformat(key)
        yield key, _until(stream, start_of(day), start_of(day + ONE_DAY))
    for batch in stream:
        raise _stray(batch[WRITTEN_AT][0].as_py(), keys)


def in_groups(
    batches: Iterable[pa.RecordBatch], rows: int, bytes_: int = GROUP_BYTES
) -> Iterator[list[pa.RecordBatch]]:
    """Yield consecutive batches in groups of at least so many rows or bytes; the last group may have fewer."""
    group: list[pa.RecordBatch] = []
    for batch in batches:
        group.append(batch)
        if sum(map(len, group)) >= rows or sum(one.nbytes for one in group) >= bytes_:
            yield group
            group = []
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


def _until(stream: _Pushback, start: datetime, end: datetime) -> Iterator[pa.RecordBatch]:
    for batch in stream:
        written = np.asarray(batch[WRITTEN_AT].cast(pa.int64()))
        if written[0] < _microseconds(start):
            raise _stray(batch[WRITTEN_AT][0].as_py(), [str(start.date())])
        split = int(np.searchsorted(written, _microseconds(end)))
        if split < batch.num_rows:
            stream.rest = batch.slice(split)
        if split:
            yield batch.slice(0, split)
        if stream.rest is not None:
            return


def _microseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000


def _stray(written: datetime, keys: Sequence[str]) -> PlatformError:
    return PlatformError(
        f"a row written at {written} is not in the partitions {keys[0]} to {keys[-1]}: the asset must return only rows "
        f"of its own partitions, ordered by {WRITTEN_AT}"
    )
