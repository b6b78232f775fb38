"""Rows of the smallest event table, for tests that need no complete shop."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days, start_of
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, STAGING, transaction_items


def order_lines(happened: Sequence[datetime], first_key: int = 1, price: str = "12.34") -> pa.Table:
    """Return one line per time, each of an order of its own that is not there, as the source has them."""
    rows = [
        {
            "transaction_item_id": first_key + position,
            "transaction_id": first_key + position,
            "line_number": 1,
            "product_id": 7,
            "quantity": 2,
            "unit_price": Decimal(price),
            "gross_amount": 2 * Decimal(price),
            "discount_amount": Decimal(0),
            "tax_amount": Decimal(0),
            "created_at": instant,
            "updated_at": instant,
        }
        for position, instant in enumerate(happened)
    ]
    return pa.Table.from_pylist(rows, schema=arrow_schema(transaction_items))


def staged_lines(happened: Sequence[datetime], first_key: int = 1, price: str = "12.34") -> pa.Table:
    """Return the same lines as the lake and staging have them."""
    rows = order_lines(happened, first_key, price)
    staged = rows.append_column(BUSINESS_DATE, pc.cast(rows["created_at"], pa.date32()))
    return staged.cast(arrow_schema(STAGING[transaction_items.name]))


def put(database: PostgresResource, rows: pa.Table, *, table: Table = transaction_items) -> int:
    """Write rows of any table, and delete none."""
    days = Days.of_day(date(2026, 3, 1))
    return database.write(table, rows.to_reader(), lambda: deletions({}), days)


def deletions(deleted: Mapping[int, datetime]) -> pa.Table:
    """Return what `PostgresResource.write` takes as deleted: times by key."""
    columns = [pa.array(deleted, pa.int64()), pa.array(deleted.values(), pa.timestamp("us", "UTC"))]
    return pa.Table.from_arrays(columns, ["key", "deleted_at"])


def instants(day: str, count: int) -> list[datetime]:
    """Return evenly spaced times of a day, including its first and last microsecond."""
    start = start_of(datetime.fromisoformat(day).date())
    if count == 1:
        return [start]
    last = timedelta(days=1) - timedelta(microseconds=1)
    return [start + last * position / (count - 1) for position in range(count)]
