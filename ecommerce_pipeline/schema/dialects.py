"""How the SQL dialects of PostgreSQL, DuckDB and BigQuery spell what generated queries need."""

from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.partitions import Window, start_of
from ecommerce_pipeline.schema.tables import WRITTEN_AT


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
    # Of UTF-8 bytes, whatever the database's encoding.
    md5="md5(convert_to({}, 'UTF8'))",
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


def within(dialect: Dialect, window: Window | None) -> str:
    """Return the condition of a row written in the window; in literals, by which BigQuery prunes partitions.

    >>> print(within(POSTGRES, Window.of_keys("2026-03-01", "2026-03-02")))
    "recorded_at" >= TIMESTAMPTZ '2026-03-01 00:00:00+00' AND "recorded_at" < TIMESTAMPTZ '2026-03-03 00:00:00+00'
    """
    if window is None:
        return "TRUE"
    written = quoted(dialect, WRITTEN_AT)
    first, end = (dialect.instant.format(f"{start_of(day):%F %T}+00") for day in (window.start, window.end))
    return f"{written} >= {first} AND {written} < {end}"


def quoted(dialect: Dialect, name: str) -> str:
    """Return a name in the dialect's quotation marks."""
    return f"{dialect.quote}{name}{dialect.quote}"
