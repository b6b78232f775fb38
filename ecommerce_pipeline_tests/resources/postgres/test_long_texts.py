"""Texts so long that a batch of them is larger than memory or Arrow allows are read in batches of fewer rows."""

import pyarrow as pa
import pytest

from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.postgres.scan import BATCH_BYTES, BATCH_ROWS, scan

SCHEMA = pa.schema([pa.field("review_id", pa.int64(), nullable=False), pa.field("text", pa.string())])


@pytest.mark.parametrize(
    ("rows", "length"), [(33_000, 70_000), (5, 70_000_000)], ids=["33,000 reviews of 70 kB", "5 texts of 70 MB"]
)
def test_long_texts_are_read_in_small_batches(owner: PostgresResource, rows: int, length: int) -> None:
    """33,000 reviews of 70 kB ended in `cannot be written (None): make its folder writable`."""
    query = f"SELECT n::bigint AS review_id, repeat('x', {length}) AS text FROM generate_series(1, {rows}) AS n"
    seen = 0
    for batch in scan(owner.address(), query, SCHEMA, "reviews"):
        assert batch.num_rows == 1 or batch.nbytes <= BATCH_BYTES
        assert batch["review_id"].to_pylist() == list(range(seen + 1, seen + 1 + batch.num_rows))
        assert len(batch["text"][-1].as_py()) == length
        seen += batch.num_rows
    assert seen == rows


def test_short_rows_come_in_full_batches(owner: PostgresResource) -> None:
    query = "SELECT n::bigint AS review_id, 'x' AS text FROM generate_series(1, 100000) AS n"
    sizes = [batch.num_rows for batch in scan(owner.address(), query, SCHEMA, "reviews")]
    assert sizes == [BATCH_ROWS] * 3 + [100_000 - 3 * BATCH_ROWS]
