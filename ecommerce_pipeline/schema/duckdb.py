"""DuckDB tables derived from the table contract."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, Table, Text
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.schema.keys import plain


def duckdb_type(type_: "TypeEngine[object]") -> str:
    """Map a contract type to DuckDB's name for it.

    Raises:
        TypeError: The contract uses a type that has no mapping.
    """
    match plain(type_):
        case BigInteger():
            return "BIGINT"
        case Integer():
            return "INTEGER"
        case Numeric(precision=int(precision), scale=int(scale)):
            return f"DECIMAL({precision},{scale})"
        case Boolean():
            return "BOOLEAN"
        case DateTime(timezone=True):
            return "TIMESTAMP WITH TIME ZONE"
        case Date():
            return "DATE"
        case Text():
            return "VARCHAR"
    raise TypeError(f"the table contract has no DuckDB type for {type_!r}")


def create_table(table: Table, schema: str) -> str:
    """Return the DDL that creates the staging table; keys are left out because it keeps what the source delivered."""
    columns = ", ".join(
        f'"{column.name}" {duckdb_type(column.type)}{"" if column.nullable else " NOT NULL"}'
        for column in table.columns
    )
    return f'CREATE TABLE IF NOT EXISTS "{schema}"."{table.name}" ({columns})'


COLUMNS: Final = """
    SELECT schema_name, table_name, column_name, lower(data_type), is_nullable FROM duckdb_columns() WHERE NOT internal
"""
"""The columns of all tables, with types for `postgres_name`."""


def postgres_name(type_: str) -> str:
    """Return PostgreSQL's name of a type, which DuckDB knows too.

    >>> postgres_name("decimal(14,2)"), postgres_name("varchar"), postgres_name("bigint")
    ('numeric(14,2)', 'text', 'bigint')
    """
    return type_.replace("decimal", "numeric").replace("varchar", "text")
