"""The expressions of generated queries in the SQL dialects of PostgreSQL, DuckDB and BigQuery."""

from dataclasses import dataclass
from typing import Final

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import BUSINESS_DATE


@dataclass(frozen=True)
class Dialect:
    """The expressions that a digest needs in an SQL dialect; `{}` stands for the operand.

    Attributes:
        quote: The quotation mark of identifiers.
        text: An integer or a Boolean as text.
        day: A day as YYYY-MM-DD.
        units: A decimal in its smallest unit, as an integer; of the decimal, its scale, and ten to the power of it.
        instant: The type of timestamps.
        micros: A timestamp as microseconds since 1970.
        length: Number of characters of a text.
        md5: The MD5 of a text in hexadecimal digits.
        sha256: The SHA-256 of a text in hexadecimal digits.
        year: The first day of the year of a date.
        bits: The integer value of eight hexadecimal digits.
        once: The end of a subquery whose expressions are to be computed once per row, however often they are used.
        row: Texts, separated by `between`, joined to one text with `|`.
        between: The separator of the texts in `row`.
        integer: The type, by PostgreSQL's name, in which a column of integers is stored.
        float: The type of floating-point numbers of 64 bits.
    """

    quote: str
    text: str
    day: str
    units: str
    instant: str
    micros: str
    length: str
    md5: str
    sha256: str
    year: str
    bits: str
    once: str = ""
    row: str = "{}"
    between: str = " || '|' || "
    integer: str = "integer"
    float: str = "DOUBLE PRECISION"


POSTGRES: Final = Dialect(
    quote='"',
    text="CAST({} AS TEXT)",
    day="to_char({}, 'YYYY-MM-DD')",
    units="CAST({0} * {2} AS BIGINT)",
    instant="TIMESTAMPTZ",
    micros="CAST(EXTRACT(EPOCH FROM {}) * 1000000 AS BIGINT)",
    length="char_length({})",
    # Of UTF-8 bytes, whatever the database's encoding.
    md5="md5(convert_to({}, 'UTF8'))",
    sha256="encode(sha256(convert_to({}, 'UTF8')), 'hex')",
    year="CAST(date_trunc('year', CAST({} AS TIMESTAMP)) AS DATE)",
    bits="CAST(CAST('x' || {} AS BIT(32)) AS BIGINT)",
    once=" OFFSET 0",
)
DUCKDB: Final = Dialect(
    quote='"',
    text="CAST({} AS VARCHAR)",
    day="CAST({} AS VARCHAR)",
    # Of a decimal of 18 digits the product has 18 too, which is too few; with 38 it takes three times as long.
    units="(CAST(trunc({0}) AS BIGINT) * {2} + CAST(({0} - trunc({0})) * {2} AS BIGINT))",
    instant="TIMESTAMPTZ",
    micros="epoch_us({})",
    length="length({})",
    md5="md5({})",
    sha256="sha256({})",
    year="CAST(date_trunc('year', {}) AS DATE)",
    bits="CAST('0x' || {} AS BIGINT)",
    # Concatenation by `||` is slower by a quarter; in PostgreSQL `concat_ws` is.
    row="concat_ws('|', {})",
    between=", ",
)
BIGQUERY: Final = Dialect(
    quote="`",
    text="CAST({} AS STRING)",
    day="CAST({} AS STRING)",
    units="CAST(ROUND({0} * {2}) AS INT64)",
    instant="TIMESTAMP",
    micros="UNIX_MICROS({})",
    length="CHAR_LENGTH({})",
    md5="TO_HEX(MD5({}))",
    sha256="TO_HEX(SHA256({}))",
    year="DATE_TRUNC({}, YEAR)",
    bits="CAST('0x' || {} AS INT64)",
    integer="bigint",  # whole numbers have 64 bits
    float="FLOAT64",
)


def within(days: Days | None) -> str:
    """Return the condition for rows of business days, with literals, so that BigQuery prunes partitions.

    >>> within(Days.parse("2026-03-01 to 2026-03-02, 2026-03-09"))
    "(business_date BETWEEN DATE '2026-03-01' AND DATE '2026-03-02' OR business_date = DATE '2026-03-09')"
    """
    return "TRUE" if days is None else days_condition(BUSINESS_DATE, days)


def literal(key: int | str) -> str:
    """Return a key as a literal; a text with a character that dialects escape in their own ways has none.

    >>> literal(7), literal("A-1001")
    ('7', "'A-1001'")
    """
    if isinstance(key, int):
        return str(key)
    if "'" in key or "\\" in key:
        raise PlatformError(f"the key {key} has a quotation mark or a backslash: give keys without in a view")
    return f"'{key}'"


def text_literal(text: str, dialect: Dialect) -> str:
    r"""Return a text as a literal.

    >>> text_literal("it's a \\", POSTGRES), text_literal("it's a \\", BIGQUERY)
    ("'it''s a \\'", "'it\\'s a \\\\'")
    """
    if dialect is BIGQUERY:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "''") + "'"


def days_condition(column: str, days: Days) -> str:
    """Return the condition that a column of dates is one of the days, in all dialects alike."""
    ranges = (
        f"{column} = DATE '{window.start}'"
        if len(window) == 1
        else f"{column} BETWEEN DATE '{window.start}' AND DATE '{window.last}'"
        for window in days.windows
    )
    return f"({' OR '.join(ranges)})"


def quoted(dialect: Dialect, name: str) -> str:
    """Return a name in the dialect's quotation marks."""
    return f"{dialect.quote}{name}{dialect.quote}"
