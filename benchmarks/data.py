"""The input of the cases: orders of the synthetic shop, kept under .local/bench; `shop` generates them.

Light to import, so that it adds little to the measured memory of other tools.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import MetaData

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.postgres import create_table
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, transactions

HOME: Final = Path(os.environ.get("BENCH_DIR") or Path(__file__).resolve().parent.parent / ".local" / "bench")
FIRST_DAY: Final = date(2026, 2, 1)
BATCH_ROWS: Final = 65_536
"""Rows per row group of the Parquet file, at every size."""
LOADED: Final = transactions.to_metadata(MetaData(), schema="loaded")
"""The table that cases load, apart from the one that they extract."""


@dataclass(frozen=True)
class Data:
    """Rows of `transactions`, written on about 30 days: in PostgreSQL, and as files to load.

    Attributes:
        rows: Number of rows.
        server: `user:password@host:port/database` of the server that holds them.
    """

    rows: int
    server: str = ""

    @property
    def folder(self) -> Path:
        """The folder that holds all of it."""
        return HOME / str(self.rows)

    @property
    def ready(self) -> Path:
        """The rows as one Parquet file."""
        return self.folder / "transactions.parquet"

    @property
    def copied(self) -> Path:
        """The rows in the format of PostgreSQL's binary COPY."""
        return self.folder / "transactions.copy"

    @cached_property
    def days(self) -> Days:
        """The business days of the rows."""
        file = pq.ParquetFile(self.ready)
        last = file.read_row_group(file.num_row_groups - 1, columns=[BUSINESS_DATE])[BUSINESS_DATE][-1].as_py()
        return Days.of_keys(FIRST_DAY.isoformat(), last.isoformat())

    @property
    def keys(self) -> list[str]:
        """The days as partition keys."""
        return [day.isoformat() for day in self.days]

    def batches(self) -> pa.RecordBatchReader:
        """Return the rows as a stream from the Parquet file."""
        file = pq.ParquetFile(self.ready)
        # One row group at a time: otherwise PyArrow keeps everything it has read until the end of the file.
        groups = map(file.read_row_group, range(file.num_row_groups))
        batches = chain.from_iterable(map(pa.Table.to_batches, groups))
        return pa.RecordBatchReader.from_batches(file.schema_arrow, batches)

    def url(self, driver: str = "postgresql") -> str:
        """Return the server's URL, as SQLAlchemy and others accept it."""
        return f"{driver}://{self.server}"

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection:
        """Connect to the server."""
        return psycopg.connect(self.url(), autocommit=autocommit)

    def empty_loaded(self) -> None:
        """Create the table that cases load, with keys and index and no rows, then checkpoint the server."""
        with self.connect() as connection:
            for statement in (
                f"DROP SCHEMA IF EXISTS {LOADED.schema} CASCADE",
                f"CREATE SCHEMA {LOADED.schema}",
                *create_table(LOADED),
            ):
                connection.execute(statement.encode())
        with self.connect(autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def copied_out(self, source: str = "ecommerce.transactions") -> Iterator[memoryview]:
        """Yield the rows of a table, or of a query in parentheses, as `COPY TO STDOUT` sends them."""
        out = f"COPY {source} TO STDOUT (FORMAT binary)".encode()
        with self.connect() as connection, connection.cursor() as cursor, cursor.copy(out) as copy:
            yield from map(memoryview, copy)
