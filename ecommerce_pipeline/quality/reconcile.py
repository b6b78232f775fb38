"""Reconciliation: the rows of a table and day are the same in PostgreSQL, in the lake and in the staging table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Table

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.digest import Digest, no_rows, row_digests
from ecommerce_pipeline.quality.layers import Place, digests_of
from ecommerce_pipeline.schema.dialects import Dialect
from ecommerce_pipeline.schema.tables import UPDATED_AT, WRITTEN_AT, business_key, kind

KEYS_TOLD: Final = 3


@dataclass(frozen=True)
class Account:
    """What a table has in each place, on one written day, or of a whole dimension (`day` is None).

    Attributes:
        table: The table's name.
        day: The partition.
        digests: By the place's name, in the way of the data.
    """

    table: str
    day: date | None
    digests: Mapping[str, Digest]

    @property
    def equal(self) -> bool:
        """Whether all places have the same rows."""
        return len(set(self.digests.values())) == 1

    @property
    def asset_of(self) -> str:
        """The table and its partition, as people name them."""
        return f"{self.table} of {self.day}" if self.day else self.table


def reconcile(tables: Sequence[Table], window: Window | None, places: Sequence[Place]) -> dict[str, list[Account]]:
    """Return by table an account of each written day of the window, in order, or one of a whole dimension.

    Raises:
        PlatformError: A place cannot be reached, or lacks a table or an object.
    """

    def ask(place: Place) -> list[dict[date | None, Digest]]:
        return [digests_of(place, table, window if kind(table) == "event" else None) for table in tables]

    # Side by side, each table after table: PostgreSQL and the warehouse work in their own processes or threads.
    with ThreadPoolExecutor(len(places)) as pool:
        found = zip(*pool.map(ask, places), strict=True)
    names = [place.name for place in places]
    return {
        table.name: _accounts(table, window, dict(zip(names, digests, strict=True)))
        for table, digests in zip(tables, found, strict=True)
    }


def _accounts(table: Table, window: Window | None, found: Mapping[str, Mapping[date | None, Digest]]) -> list[Account]:
    days: list[date | None] = [*window.days()] if kind(table) == "event" and window else [None]
    return [
        Account(table.name, day, {name: digests.get(day, no_rows(table)) for name, digests in found.items()})
        for day in days
    ]


def difference(table: Table, account: Account, places: Sequence[Place]) -> str:
    """Say where an account's places differ: rows on either side, and the first keys that one has and the other not.

    Raises:
        PlatformError: A place cannot be reached, or lacks the table or an object.
    """
    window = Window.of_day(account.day) if account.day else None
    said = []
    for left, right in pairwise(places):
        if account.digests[left.name] == account.digests[right.name]:
            continue
        rows = {place.name: Counter(map(tuple, place.ask(row_digests, table, window))) for place in (left, right)}
        said.append(
            f"{left.name} has {account.digests[left.name].rows:,} rows, "
            f"{right.name} {account.digests[right.name].rows:,}; "
            + "; ".join(_only_there(table, rows, left.name, right.name))
        )
    return f"{account.asset_of}: {'. '.join(said)}"


def newer_in_source(table: Table, places: Sequence[Place]) -> bool:
    """Return whether a dimension's source has changed since it was read: its newest version is not in the lake."""

    def newest(dialect: Dialect, _: Table, relation: str, __: Window | None) -> str:
        column = dialect.micros.format(f"{dialect.quote}{UPDATED_AT}{dialect.quote}")
        return f"SELECT MAX({column}) FROM {relation}"  # noqa: S608 - names of the contract

    source, lake, *_ = (place.ask(newest, table, None)[0][0] for place in places)
    return (source or 0) > (lake or 0)


def _only_there(table: Table, rows: Mapping[str, "Counter[tuple[Any, ...]]"], left: str, right: str) -> Iterator[str]:
    for here, there in ((left, right), (right, left)):
        only = sorted((rows[here] - rows[there]).elements())
        if only:
            keys = ", ".join(_key(table, key, written) for key, written, _ in only[:KEYS_TOLD])
            more = f" and {len(only) - KEYS_TOLD:,} more" if len(only) > KEYS_TOLD else ""
            yield f"only in {here}: {business_key(table)} {keys}{more}"


def _key(table: Table, key: Any, written: int) -> str:
    if kind(table) == "dimension":
        return str(key)
    at = datetime.fromtimestamp(written // 1_000_000, tz=UTC).replace(microsecond=written % 1_000_000)
    return f"{key} ({WRITTEN_AT} {at:%F %T.%f})"
