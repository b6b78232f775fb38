"""Digests of rows, independent of their order, as SQL with the same result in PostgreSQL, DuckDB and BigQuery.

Each row is encoded as one unambiguous text: integers, booleans and dates as they are, decimals as integers of their
smallest unit, timestamps as microseconds since 1970, texts with their length in front, null as `-`. The checksum is the
sum, over all rows, of two 32-bit integers from the MD5 of that text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, DateTime, Numeric, Table, Text

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.dialects import Dialect, quoted, within
from ecommerce_pipeline.schema.keys import plain
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, ORDER_KEY, UPDATED_AT, business_key, kind


@dataclass(frozen=True)
class Digest:
    """The digest of some rows.

    Attributes:
        rows: Their number.
        checksum: Of their content, independent of their order.
        amounts: The sums of the table's decimal columns in their smallest unit, in the columns' order.
    """

    rows: int = 0
    checksum: str = "0-0"
    amounts: tuple[int, ...] = ()


Query = Callable[[Dialect, Table, str, Days | None], str]
"""Returns the SQL in a dialect, for a table's contract, the relation that holds its rows, and days of days."""


def digests(dialect: Dialect, table: Table, relation: str, days: Days | None) -> str:
    """Return the query for the digest of each of the days, or of a whole dimension."""
    day = BUSINESS_DATE if kind(table) == "event" else "CAST(NULL AS DATE)"
    amounts = [f", SUM({_units(dialect, column)})" for column in _decimals(table)]
    return f"""
        SELECT {day} AS day_, COUNT(*) AS rows_, SUM({_half(dialect, 0)}), SUM({_half(dialect, 1)}){"".join(amounts)}
        FROM {_hashed(dialect, table, relation, days)} GROUP BY 1
    """  # noqa: S608 - names of the contract


def row_digests(dialect: Dialect, table: Table, relation: str, days: Days | None) -> str:
    """Return the query for the key, the time of the last change in microseconds and the digest of each row."""
    written = dialect.micros.format(quoted(dialect, UPDATED_AT))
    return f"""
        SELECT {quoted(dialect, business_key(table))}, {written}, row_hash
        FROM {_hashed(dialect, table, relation, days)}
    """  # noqa: S608


def orders_of_rows(dialect: Dialect, table: Table, relation: str, days: Days | None) -> str:
    """Return the query for the order's key and the digest of each row of orders or their parts."""
    return f"""
        SELECT {quoted(dialect, ORDER_KEY)}, row_hash FROM {_hashed(dialect, table, relation, days)}
    """  # noqa: S608


def read_digests(table: Table, result: Sequence[Sequence[Any]]) -> dict[date | None, Digest]:
    """Convert the result of `digests` to digests by day; a dimension without rows has a digest too."""
    found = {
        row[0]: Digest(int(row[1]), f"{int(row[2])}-{int(row[3])}", tuple(int(amount or 0) for amount in row[4:]))
        for row in result
    }
    return found if kind(table) == "event" else found or {None: no_rows(table)}


def no_rows(table: Table) -> Digest:
    """Return the digest of a day without rows."""
    return Digest(amounts=(0,) * len(_decimals(table)))


def _hashed(dialect: Dialect, table: Table, relation: str, days: Days | None) -> str:
    columns = dialect.between.join(f"COALESCE({_encoded(dialect, column)}, '-')" for column in table.columns)
    return (
        f"(SELECT *, {dialect.md5.format(dialect.row.format(columns))} AS row_hash FROM {relation} "  # noqa: S608
        f"WHERE {within(days)}{dialect.once}) AS hashed"
    )


def _encoded(dialect: Dialect, column: Column[Any]) -> str:
    name = quoted(dialect, column.name)
    match plain(column.type):
        case Numeric():
            return dialect.text.format(_units(dialect, column))
        case DateTime():
            return dialect.text.format(dialect.micros.format(name))
        case Date():
            return dialect.day.format(name)
        case Text():
            return f"{dialect.text.format(dialect.length.format(name))} || ':' || {name}"
    return dialect.text.format(name)


def _half(dialect: Dialect, half: int) -> str:
    return dialect.bits.format(f"SUBSTR(row_hash, {1 + 8 * half}, 8)")


def _units(dialect: Dialect, column: Column[Any]) -> str:
    scale: int = getattr(column.type, "scale", 0) or 0
    return dialect.units.format(quoted(dialect, column.name), scale, 10**scale)


def _decimals(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Numeric)]
