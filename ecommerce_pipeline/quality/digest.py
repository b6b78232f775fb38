"""Digests of rows that do not depend on their order, as SQL that PostgreSQL, DuckDB and BigQuery answer alike.

A row is spelled as one text, no two rows alike: whole numbers, truth values and days as they are, decimals as whole
numbers of their smallest unit, instants as microseconds since 1970, texts with their length in front, nothing as `-`.
Of the MD5 of that text two whole numbers of 32 bits are added up over the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, DateTime, Numeric, Table, Text

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.schema.dialects import Dialect, quoted, within
from ecommerce_pipeline.schema.tables import WRITTEN_AT, business_key, kind


@dataclass(frozen=True)
class Digest:
    """What rows add up to.

    Attributes:
        rows: How many there are.
        checksum: Of their content, in whatever order they come.
        amounts: The sums of the table's decimal columns in their smallest unit, in the columns' order.
    """

    rows: int = 0
    checksum: str = "0-0"
    amounts: tuple[int, ...] = ()


Query = Callable[[Dialect, Table, str, Window | None], str]
"""Writes a query: of a dialect, about a table of this contract, found under this name, limited to a window."""


def digests(dialect: Dialect, table: Table, relation: str, window: Window | None) -> str:
    """Return the query of the digest of each written day of the window, or of a whole dimension."""
    day = dialect.utc_day.format(quoted(dialect, WRITTEN_AT)) if kind(table) == "event" else "CAST(NULL AS DATE)"
    amounts = [f", SUM({_units(dialect, column)})" for column in _decimals(table)]
    return f"""
        SELECT {day} AS day_, COUNT(*) AS rows_, SUM({_half(dialect, 0)}), SUM({_half(dialect, 1)}){"".join(amounts)}
        FROM {_hashed(dialect, table, relation, window)} GROUP BY 1
    """  # noqa: S608 - names of the contract


def row_digests(dialect: Dialect, table: Table, relation: str, window: Window | None) -> str:
    """Return the query of the key, the microsecond of writing and the digest of each row."""
    written = dialect.micros.format(quoted(dialect, WRITTEN_AT)) if kind(table) == "event" else "0"
    return f"""
        SELECT {quoted(dialect, business_key(table))}, {written}, row_hash
        FROM {_hashed(dialect, table, relation, window)}
    """  # noqa: S608


def read_digests(table: Table, answer: Sequence[Sequence[Any]]) -> dict[date | None, Digest]:
    """Return the answer to `digests`, by day; a dimension without rows has a digest too."""
    found = {
        row[0]: Digest(int(row[1]), f"{int(row[2])}-{int(row[3])}", tuple(int(amount or 0) for amount in row[4:]))
        for row in answer
    }
    return found if kind(table) == "event" else found or {None: no_rows(table)}


def no_rows(table: Table) -> Digest:
    """Return the digest of a day without rows."""
    return Digest(amounts=(0,) * len(_decimals(table)))


def _hashed(dialect: Dialect, table: Table, relation: str, window: Window | None) -> str:
    columns = dialect.between.join(f"COALESCE({_spelled(dialect, column)}, '-')" for column in table.columns)
    return (
        f"(SELECT *, {dialect.md5.format(dialect.row.format(columns))} AS row_hash FROM {relation} "  # noqa: S608
        f"WHERE {within(dialect, window)}{dialect.once}) AS hashed"
    )


def _spelled(dialect: Dialect, column: Column[Any]) -> str:
    name = quoted(dialect, column.name)
    match column.type:
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
    return dialect.units.format(f"{quoted(dialect, column.name)} * {10**scale}")


def _decimals(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Numeric)]
