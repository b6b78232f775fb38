"""Rows of the smallest event table, for tests that need no complete shop."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from ecommerce_pipeline.partitions import start_of
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import transaction_items


def order_lines(written: Sequence[datetime], first_key: int = 1, price: str = "12.34") -> pa.Table:
    """Return one order line per time of writing."""
    rows = [
        {
            "transaction_item_id": first_key + position,
            "transaction_id": first_key + position,
            "line_number": 1,
            "product_id": 7,
            "quantity": 2,
            "unit_price": Decimal(price),
            "gross_amount": 2 * Decimal(price),
            "created_at": instant,
            "recorded_at": instant,
        }
        for position, instant in enumerate(written)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(transaction_items))


def instants(day: str, count: int) -> list[datetime]:
    """Return evenly spaced times of a day, including its first and last microsecond."""
    start = start_of(datetime.fromisoformat(day).date())
    if count == 1:
        return [start]
    last = timedelta(days=1) - timedelta(microseconds=1)
    return [start + last * position / (count - 1) for position in range(count)]
