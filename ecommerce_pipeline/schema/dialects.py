"""The expressions of generated queries in the SQL dialects of PostgreSQL, DuckDB and BigQuery."""

from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.partitions import Window, start_of
from ecommerce_pipeline.schema.tables import WRITTEN_AT


@dataclass(frozen=True)
class Dialect:
    """The expressions that a digest needs in an SQL dialect; `{}` stands for the operand.

    Attributes:
        quote: The quotation mark of identifiers.
        text: An integer or a Boolean as text.
        day: A day as YYYY-MM-DD.
        units: A decimal that was scaled to a whole number, as an integer.
        micros: A timestamp as microseconds since 1970.
        length: Number of characters of a text.
        md5: The MD5 of a text in hexadecimal digits.
        bits: The integer value of eight hexadecimal digits.
        instant: A timestamp literal.
        utc_day: The UTC day of a timestamp.
        once: The end of a subquery whose expressions are to be computed once per row, however often they are used.
        row: Texts, separated by `between`, joined to one text with `|`.
        between: The separator of the texts in `row`.
        integer: The type, by PostgreSQL's name, in which a column of integers is stored.
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
    integer: str = "integer"


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
    # Concatenation by `||` is slower by a quarter; in PostgreSQL `concat_ws` is.
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
    integer="bigint",  # whole numbers have 64 bits
)


def within(dialect: Dialect, window: Window | None) -> str:
    """Return the condition for rows written in the window, with literals, so that BigQuery prunes partitions.

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
