"""Reconciliation: whether PostgreSQL, the lake and the staging table have the same rows, table by table, day by day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Table

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.digest import Digest, no_rows, row_digests
from ecommerce_pipeline.quality.layers import Layer, layer_digests
from ecommerce_pipeline.schema.tables import UPDATED_AT, business_key, kind

KEYS_SHOWN: Final = 3


@dataclass(frozen=True)
class Comparison:
    """The digests of a table's rows in all layers: of one written day, or of a whole dimension.

    Attributes:
        table: The table's name.
        day: The partition; None for a dimension.
        digests: By the layer's name, from source to staging.
    """

    table: str
    day: date | None
    digests: Mapping[str, Digest]

    @property
    def equal(self) -> bool:
        """Whether all layers have the same rows."""
        return len(set(self.digests.values())) == 1

    @property
    def read_alike(self) -> bool:
        """Whether all layers but the source have the same rows."""
        _, *copies = self.digests.values()
        return len(set(copies)) == 1

    @property
    def partition(self) -> str:
        """The table and its day, for messages."""
        return f"{self.table} of {self.day}" if self.day else self.table


def reconcile(tables: Sequence[Table], days: Days | None, layers: Sequence[Layer]) -> dict[str, list[Comparison]]:
    """Compare the layers; return by table one comparison per day, or one of a whole dimension.

    Raises:
        PlatformError: A layer cannot be reached, or lacks a table or an object.
    """

    def digests_of_tables(layer: Layer) -> list[dict[date | None, Digest]]:
        return [layer_digests(layer, table, days if kind(table) == "event" else None) for table in tables]

    # Layers in parallel, tables in turn: PostgreSQL and the warehouse have processes or threads of their own.
    with ThreadPoolExecutor(len(layers)) as pool:
        by_table = zip(*pool.map(digests_of_tables, layers), strict=True)
    names = [layer.name for layer in layers]
    return {
        table.name: _comparisons(table, days, dict(zip(names, digests, strict=True)))
        for table, digests in zip(tables, by_table, strict=True)
    }


def _comparisons(
    table: Table, days: Days | None, by_layer: Mapping[str, Mapping[date | None, Digest]]
) -> list[Comparison]:
    compared: list[date | None] = [*days] if kind(table) == "event" and days else [None]
    return [
        Comparison(table.name, day, {name: digests.get(day, no_rows(table)) for name, digests in by_layer.items()})
        for day in compared
    ]


def difference(table: Table, comparison: Comparison, layers: Sequence[Layer]) -> str:
    """Return a message with the rows of each two layers that differ, and the first keys that only one of them has.

    Raises:
        PlatformError: A layer cannot be reached, or lacks the table or an object.
    """
    days = Days.of_day(comparison.day) if comparison.day else None
    differences = []
    for left, right in pairwise(layers):
        if comparison.digests[left.name] == comparison.digests[right.name]:
            continue
        rows = {layer.name: Counter(map(tuple, layer.ask(row_digests, table, days))) for layer in (left, right)}
        differences.append(
            f"{left.name} has {comparison.digests[left.name].rows:,} rows, "
            f"{right.name} {comparison.digests[right.name].rows:,}; "
            + "; ".join(_missing_keys(table, rows, left.name, right.name))
        )
    return f"{comparison.partition}: {'. '.join(differences)}"


def source_as_read(table: Table, comparison: Comparison, layers: Sequence[Layer]) -> Comparison:
    """Return the comparison with the source as it was when it was read, if the shop has changed rows since.

    Nothing has been lost then: the next look at the source finds these rows.

    Raises:
        PlatformError: A layer cannot be reached, or lacks the table or an object.
    """
    if comparison.equal or not comparison.read_alike or not changed_since_read(table, comparison, layers):
        return comparison
    source, lake, *_ = layers
    return replace(comparison, digests={**comparison.digests, source.name: comparison.digests[lake.name]})


def changed_since_read(table: Table, comparison: Comparison, layers: Sequence[Layer]) -> bool:
    """Return whether the shop has changed rows since they were read, which explains why source and lake differ.

    A row that was lost on the way, or is there more often than in the source, is no such change.

    Raises:
        PlatformError: A layer cannot be reached, or lacks the table or an object.
    """
    day = Days.of_day(comparison.day) if comparison.day else None
    source, lake, *_ = (Counter(map(tuple, layer.ask(row_digests, table, day))) for layer in layers)
    in_source, in_lake = _newest(source), _newest(lake)
    read_until = max(in_lake.values(), default=0)
    new = all(
        updated > read_until or updated > in_lake.get(key, updated) for key, updated, _ in (source - lake).elements()
    )
    old = all(row not in source and in_source.get(row[0], row[1] + 1) > row[1] for row in (lake - source).elements())
    return new and old


def _newest(rows: "Counter[tuple[Any, ...]]") -> dict[Any, int]:
    """Return the newest change of each key."""
    newest: dict[Any, int] = {}
    for key, updated, _ in rows:
        newest[key] = max(updated, newest.get(key, updated))
    return newest


def _missing_keys(table: Table, rows: Mapping[str, "Counter[tuple[Any, ...]]"], left: str, right: str) -> Iterator[str]:
    for layer, other in ((left, right), (right, left)):
        only = sorted((rows[layer] - rows[other]).elements())
        if only:
            keys = ", ".join(_key(table, key, written) for key, written, _ in only[:KEYS_SHOWN])
            more = f" and {len(only) - KEYS_SHOWN:,} more" if len(only) > KEYS_SHOWN else ""
            yield f"only in {layer}: {business_key(table)} {keys}{more}"


def _key(table: Table, key: Any, written: int) -> str:
    if kind(table) == "dimension":
        return str(key)
    at = datetime.fromtimestamp(written // 1_000_000, tz=UTC).replace(microsecond=written % 1_000_000)
    return f"{key} ({UPDATED_AT} {at:%F %T.%f})"
