"""Batches are put together by rows and by bytes, so that long texts need no more memory than short ones."""

import pyarrow as pa

from ecommerce_pipeline.lake.batches import in_groups


def test_batches_are_grouped_by_rows_or_by_bytes_whichever_is_reached_first() -> None:
    short = pa.record_batch({"text": ["x"] * 10})
    long = pa.record_batch({"text": ["x" * 1_000] * 10})
    assert [len(group) for group in in_groups([short] * 7, rows=30, bytes_=20_000)] == [3, 3, 1]
    assert [len(group) for group in in_groups([long] * 5, rows=30, bytes_=20_000)] == [2, 2, 1]
    assert [len(group) for group in in_groups([short, long, long, short], rows=30, bytes_=20_000)] == [3, 1]
