"""The interface of a warehouse: replace days of a staging table, alter tables, read rows, run queries, count.

A table is identified by its layer (`staging`, `core`, `datamart`) and its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.dialects import Dialect
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.evolution import Evolution

TableName = tuple[str, str]
"""Layer and name of a table."""

HEAD_ROWS = 5
"""Rows of a replaced days that are returned as a sample."""


@dataclass(frozen=True)
class Writer:
    """The asset and run that write, from which a shared warehouse derives names and labels of jobs.

    Attributes:
        asset: The asset's key, `staging/orders`.
        run_id: The id of Dagster's run.
        attempt: The number of earlier attempts of this step in the run.
    """

    asset: str
    run_id: str
    attempt: int = 0

    @property
    def objects_by(self) -> str:
        """The asset that writes the objects: of the lake for staging, others write their own."""
        return self.asset.replace("staging/", "lake/", 1)


@dataclass(frozen=True)
class JobCost:
    """The cost of a warehouse job.

    Attributes:
        bytes_billed: Bytes billed.
        slot_milliseconds: Computing time, summed over the slots.
        url: The page that shows the job.
    """

    bytes_billed: int
    slot_milliseconds: int
    url: str


@dataclass(frozen=True)
class Replaced:
    """The result of replacing days.

    Attributes:
        rows: The number of rows in the table now.
        head: A few of the rows written, of the newest day.
        job: The cost; None where work is not billed.
    """

    rows: int
    head: pa.Table
    job: JobCost | None = None


class Warehouse(Protocol):
    """A warehouse."""

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect of `query`."""
        ...

    @property
    def restorable_days(self) -> int:
        """For how many days what was deleted or overwritten can be restored, after `purge`."""
        ...

    def parts(self, days: Days | None) -> Sequence[Days | None]:
        """Split days into parts that the warehouse can replace at once, in order."""
        ...

    def layer_location(self, layer: str) -> str:
        """Return where the tables of a layer are, for display."""
        ...

    def uri(self, layer: str, table: str, day: str | None = None) -> str:
        """Return the address of a table, or of a day's partition where it has one of its own, for display."""
        ...

    def replace(
        self, table: Table, layer: str, uris: Sequence[str], rows: int, *, days: Days | None, writer: Writer
    ) -> Replaced:
        """Replace the rows of the days, or all rows, by those of Parquet objects, atomically.

        Args:
            table: The contract of the table; the table is created if it does not exist.
            layer: The layer of the table.
            uris: The objects, one per day, in order.
            rows: The total number of rows in the objects.
            days: The days to replace; None for the whole table.
            writer: The asset and run that write.

        Raises:
            PlatformError: An object is corrupt or has rows of other days; the table is unchanged.
        """
        ...

    def columns(self, tables: Sequence[TableName]) -> dict[TableName, dict[str, Found]]:
        """Return the columns of those of the tables that exist, by name; types have PostgreSQL's names."""
        ...

    def alter(self, changes: Mapping[TableName, Evolution]) -> None:
        """Change tables where nothing is lost; if that is interrupted, it can be done again.

        Raises:
            PlatformError: A value does not fit the new type; the table is unchanged.
        """
        ...

    def rewrite(self, table: TableName, values: Mapping[str, str], where: str) -> int:
        """Change rows of a table in place, in one transaction.

        Args:
            table: The table.
            values: The new values of columns, in the dialect's SQL.
            where: The condition of the rows.

        Returns:
            How many rows were changed.
        """
        ...

    def purge(self) -> None:
        """Remove from storage what was deleted or overwritten, with copies that were kept of tables or of all."""
        ...

    def kept_copies(self) -> Sequence[str]:
        """Return the addresses of the copies that `rebuild-warehouse` has kept, which `purge` deletes."""
        ...

    def read(self, table: Table, layer: str, days: Days | None, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a table of the days, or all rows; all columns or some.

        Raises:
            NotBuiltError: The table does not exist.
        """
        ...

    def schema_of(self, layer: str) -> str:
        """Return the schema (dataset) of a layer's tables."""
        ...

    def query(self, sql: str) -> pa.Table:
        """Return the rows of a query.

        Raises:
            NotBuiltError: A table does not exist.
        """
        ...

    def queries(self, statements: Sequence[str]) -> list[pa.Table]:
        """Return the rows of several queries, which is faster than calling `query` for each.

        Raises:
            NotBuiltError: A table does not exist.
        """
        ...

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows of every table, by layer and name."""
        ...

    def heads(self, tables: Mapping[tuple[str, str], str | None], rows: int) -> dict[tuple[str, str], pa.Table]:
        """Return a few rows of tables.

        Args:
            tables: By layer and name, the condition that the rows meet; None for any rows.
            rows: How many rows of each.
        """
        ...
