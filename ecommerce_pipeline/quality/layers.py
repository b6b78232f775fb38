"""The three places where a source table's rows are: PostgreSQL, the lake and the warehouse's staging table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import Table

from ecommerce_pipeline.lake.query import OBJECTS, ask_objects
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.digest import Digest, Query, digests, read_digests
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import BIGQUERY, DUCKDB, POSTGRES

STAGING: Final = "staging"
DIALECTS: Final = {"duckdb": DUCKDB, "bigquery": BIGQUERY}


class Place(Protocol):
    """Somewhere rows are kept that answers queries about them."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def ask(self, query: Query, table: Table, window: Window | None) -> Sequence[Sequence[Any]]:
        """Return the answer to a query about the rows written in a window, or about a whole dimension.

        Raises:
            PlatformError: The place cannot be reached, or lacks the table or an object.
        """
        ...


@dataclass(frozen=True)
class InSource:
    """The shop's PostgreSQL."""

    postgres: PostgresResource
    name: ClassVar[str] = "source"

    def ask(self, query: Query, table: Table, window: Window | None) -> Sequence[Sequence[Any]]:
        """Ask the server; a table of compatible types is read as the extraction reads it."""
        return self.postgres.rows(query(POSTGRES, table, f"({self.postgres.contract_select(table)}) AS rows_", window))


@dataclass(frozen=True)
class InLake:
    """The lake's objects."""

    store: ObjectStore
    name: ClassVar[str] = "lake"

    def ask(self, query: Query, table: Table, window: Window | None) -> Sequence[Sequence[Any]]:
        """Ask DuckDB about all objects together."""
        return ask_objects(self.store, table, window, query(DUCKDB, table, OBJECTS, None))


@dataclass(frozen=True)
class InStaging:
    """The staging table of the warehouse."""

    warehouse: Warehouse
    name: ClassVar[str] = STAGING

    def ask(self, query: Query, table: Table, window: Window | None) -> Sequence[Sequence[Any]]:
        """Ask the warehouse."""
        relation = f"{self.warehouse.schema_of(STAGING)}.{table.name}"
        answer = self.warehouse.query(query(DIALECTS[self.warehouse.dialect], table, relation, window))
        return list(zip(*(column.to_pylist() for column in answer.columns), strict=True))


def digests_of(place: Place, table: Table, window: Window | None) -> dict[date | None, Digest]:
    """Return the digest of each written day of the window that has rows, or of a whole dimension, under None.

    Raises:
        PlatformError: The place cannot be reached, or lacks the table or an object.
    """
    return read_digests(table, place.ask(digests, table, window))
