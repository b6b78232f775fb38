"""Digests of rows that do not depend on their order, as SQL that PostgreSQL, DuckDB and BigQuery answer alike.

A row is spelled as one text, no two rows alike: whole numbers, truth values and days as they are, decimals as whole
numbers of their smallest unit, instants as microseconds since 1970, texts with their length in front, nothing as `-`.
Of the MD5 of that text two whole numbers of 32 bits are added up over the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Date, DateTime, Numeric, Table, Text

from ecommerce_pipeline.partitions import Window, start_of
from ecommerce_pipeline.schema.tables import WRITTEN_AT, business_key, kind


@dataclass(frozen=True)
class Dialect:
    """How an SQL dialect spells what a digest needs; `{}` stands for the expression.

    Attributes:
        quote: Around names.
        text: A whole number, truth value as text.
        day: A day as YYYY-MM-DD.
        units: A decimal, multiplied to a whole number, as such.
        micros: An instant as microseconds since 1970.
        length: Characters of a text.
        md5: The MD5 of a text in hexadecimal digits.
        bits: The whole number that eight hexadecimal digits are.
        instant: A literal of an instant.
        utc_day: The UTC day of an instant.
        once: At the end of a subquery, so that its expressions are computed once a row, however often they are named.
        row: Texts, `between` each two of them, as one text with `|` between.
        between: See `row`.
    """

    quote: str
    text: str
    day: str
    units: str
    micros: str
    length: str
    md5: str
    bits: str
    instant: str
    utc_day: str
    once: str = ""
    row: str = "{}"
    between: str = " || '|' || "


POSTGRES: Final = Dialect(
    quote='"',
    text="CAST({} AS TEXT)",
    day="to_char({}, 'YYYY-MM-DD')",
    units="CAST({} AS BIGINT)",
    micros="CAST(EXTRACT(EPOCH FROM {}) * 1000000 AS BIGINT)",
    length="char_length({})",
    md5="md5({})",
    bits="CAST(CAST('x' || {} AS BIT(32)) AS BIGINT)",
    instant="TIMESTAMPTZ '{}'",
    utc_day="CAST({} AT TIME ZONE 'UTC' AS DATE)",
    once=" OFFSET 0",
)
DUCKDB: Final = Dialect(
    quote='"',
    text="CAST({} AS VARCHAR)",
    day="CAST({} AS VARCHAR)",
    units="CAST({} AS BIGINT)",
    micros="epoch_us({})",
    length="length({})",
    md5="md5({})",
    bits="CAST('0x' || {} AS BIGINT)",
    instant="TIMESTAMPTZ '{}'",
    utc_day="CAST({} AT TIME ZONE 'UTC' AS DATE)",
    # A text between each two columns takes a quarter longer; in PostgreSQL it is this that does.
    row="concat_ws('|', {})",
    between=", ",
)
BIGQUERY: Final = Dialect(
    quote="`",
    text="CAST({} AS STRING)",
    day="CAST({} AS STRING)",
    units="CAST(ROUND({}) AS INT64)",
    micros="UNIX_MICROS({})",
    length="CHAR_LENGTH({})",
    md5="TO_HEX(MD5({}))",
    bits="CAST('0x' || {} AS INT64)",
    instant="TIMESTAMP '{}'",
    utc_day="DATE({})",
)


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
    day = dialect.utc_day.format(_name(dialect, WRITTEN_AT)) if kind(table) == "event" else "CAST(NULL AS DATE)"
    amounts = [f", SUM({_units(dialect, column)})" for column in _decimals(table)]
    return f"""
        SELECT {day} AS day_, COUNT(*) AS rows_, SUM({_half(dialect, 0)}), SUM({_half(dialect, 1)}){"".join(amounts)}
        FROM {_hashed(dialect, table, relation, window)} GROUP BY 1
    """  # noqa: S608 - names of the contract


def row_digests(dialect: Dialect, table: Table, relation: str, window: Window | None) -> str:
    """Return the query of the key, the microsecond of writing and the digest of each row."""
    written = dialect.micros.format(_name(dialect, WRITTEN_AT)) if kind(table) == "event" else "0"
    return f"""
        SELECT {_name(dialect, business_key(table))}, {written}, row_hash
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


def within(dialect: Dialect, window: Window | None) -> str:
    """Return the condition of a row of the window."""
    if window is None:
        return "TRUE"
    written = _name(dialect, WRITTEN_AT)
    first, end = (dialect.instant.format(f"{start_of(day):%F %T}+00") for day in (window.start, window.end))
    return f"{written} >= {first} AND {written} < {end}"


def _hashed(dialect: Dialect, table: Table, relation: str, window: Window | None) -> str:
    columns = dialect.between.join(f"COALESCE({_spelled(dialect, column)}, '-')" for column in table.columns)
    return (
        f"(SELECT *, {dialect.md5.format(dialect.row.format(columns))} AS row_hash FROM {relation} "  # noqa: S608
        f"WHERE {within(dialect, window)}{dialect.once}) AS hashed"
    )


def _spelled(dialect: Dialect, column: Column[Any]) -> str:
    name = _name(dialect, column.name)
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
    return dialect.units.format(f"{_name(dialect, column.name)} * {10**scale}")


def _decimals(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Numeric)]


def _name(dialect: Dialect, name: str) -> str:
    return f"{dialect.quote}{name}{dialect.quote}"
