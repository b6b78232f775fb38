"""What the platform needs of a warehouse: replace a window of a staging table, read it back, count, look.

DuckDB and BigQuery are two of them. A table is named by its layer (`staging`, `core`, `datamart`) and its own name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Window

HEAD_ROWS = 5
"""How many of the rows written a warehouse returns as a sample."""


@dataclass(frozen=True)
class Writer:
    """Who writes: what a warehouse with many users tells of a job, and names it by.

    Attributes:
        asset: The asset's key, `staging/orders`.
        run_id: Of Dagster's run.
        attempt: How many times the run has tried this step before.
    """

    asset: str
    run_id: str
    attempt: int = 0


@dataclass(frozen=True)
class JobCost:
    """What a job of a warehouse cost.

    Attributes:
        bytes_billed: Bytes that are billed.
        slot_milliseconds: Computing time, summed over the slots.
        url: The page that shows the job.
    """

    bytes_billed: int
    slot_milliseconds: int
    url: str


@dataclass(frozen=True)
class Replaced:
    """What a replace did.

    Attributes:
        rows: In the table now.
        head: The first few of the rows that were written.
        job: What it cost; None where work is not billed.
    """

    rows: int
    head: pa.Table
    job: JobCost | None = None


class Warehouse(Protocol):
    """A warehouse."""

    @property
    def dialect(self) -> Literal["duckdb", "bigquery"]:
        """The SQL that `query` takes."""
        ...

    def parts(self, window: Window | None) -> Sequence[Window | None]:
        """Cut a window into those that the warehouse may replace at once, in order."""
        ...

    def uri(self, layer: str, table: str) -> str:
        """Return the address of a table, for people."""
        ...

    def replace(
        self, table: Table, layer: str, uris: Sequence[str], rows: int, *, window: Window | None, writer: Writer
    ) -> Replaced:
        """Replace the rows written in the window, or all rows, by those of Parquet objects, atomically.

        Args:
            table: The contract of the table; it is created if it is not there.
            layer: The layer it lies in.
            uris: The objects, one a day of the window, in its order.
            rows: How many rows they hold together.
            window: The written days to replace; None for the whole table.
            writer: Who writes.

        Raises:
            PlatformError: An object is corrupt or holds rows of other days; the table is as it was then.
        """
        ...

    def read(self, table: Table, layer: str, window: Window | None, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a table that were written in the window, or all of them; all columns or some.

        Raises:
            PlatformError: The table is not there.
        """
        ...

    def schema_of(self, layer: str) -> str:
        """Return the schema (dataset) that holds the tables of a layer."""
        ...

    def query(self, sql: str) -> pa.Table:
        """Return the rows of a query.

        Raises:
            PlatformError: A table is not there.
        """
        ...

    def queries(self, statements: Sequence[str]) -> list[pa.Table]:
        """Return the rows of several queries, each as of `query`, without waiting for each of them in turn.

        Raises:
            PlatformError: A table is not there.
        """
        ...

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows of every table, by layer and name."""
        ...

    def heads(self, tables: Sequence[tuple[str, str]], rows: int) -> dict[tuple[str, str], pa.Table]:
        """Return the first rows of tables, each given by layer and name."""
        ...
