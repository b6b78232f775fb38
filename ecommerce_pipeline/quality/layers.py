"""The three layers that hold a source table's rows: PostgreSQL, the lake and the warehouse's staging table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import Table

from ecommerce_pipeline.lake.query import OBJECTS, query_objects
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import Digest, Query, digests, read_digests
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import DUCKDB, POSTGRES

STAGING: Final = "staging"


class Layer(Protocol):
    """A layer that answers queries about a table's rows."""

    @property
    def name(self) -> str:
        """The layer's name in messages and metadata."""
        ...

    def ask(self, query: Query, table: Table, days: Days | None) -> Sequence[Sequence[Any]]:
        """Return the rows of a query about the rows of some days, or about a whole dimension.

        Raises:
            PlatformError: The layer cannot be reached, or lacks the table or an object.
        """
        ...


@dataclass(frozen=True)
class SourceLayer:
    """The shop's PostgreSQL."""

    postgres: PostgresResource
    name: ClassVar[str] = "source"

    def ask(self, query: Query, table: Table, days: Days | None) -> Sequence[Sequence[Any]]:
        """Query the server; columns of compatible types are converted as the extraction converts them."""
        return self.postgres.ask(table, days, lambda rows: query(POSTGRES, table, rows, None))


@dataclass(frozen=True)
class LakeLayer:
    """The lake's objects."""

    store: ObjectStore
    name: ClassVar[str] = "lake"

    def ask(self, query: Query, table: Table, days: Days | None) -> Sequence[Sequence[Any]]:
        """Query all objects together with DuckDB."""
        return query_objects(self.store, table, days, query(DUCKDB, table, OBJECTS, None))


@dataclass(frozen=True)
class StagingLayer:
    """The staging table of the warehouse."""

    warehouse: Warehouse
    name: ClassVar[str] = STAGING

    def ask(self, query: Query, table: Table, days: Days | None) -> Sequence[Sequence[Any]]:
        """Query the warehouse."""
        relation = f"{self.warehouse.schema_of(STAGING)}.{table.name}"
        rows = self.warehouse.query(query(self.warehouse.dialect, table, relation, days))
        return list(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def layer_digests(layer: Layer, table: Table, days: Days | None) -> dict[date | None, Digest]:
    """Return the digest of each of the days that has rows, or of a whole dimension under None.

    Raises:
        PlatformError: The layer cannot be reached, or lacks the table or an object.
    """
    return read_digests(table, layer.ask(digests, table, days))
