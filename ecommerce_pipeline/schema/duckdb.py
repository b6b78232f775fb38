"""DuckDB tables derived from the table contract."""

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, Table, Text
from sqlalchemy.types import TypeEngine


def duckdb_type(type_: "TypeEngine[object]") -> str:
    """Map a contract type to DuckDB's name for it.

    Raises:
        TypeError: The contract uses a type that has no mapping.
    """
    match type_:
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
    """Return the DDL that creates the staging table, or adds the nullable columns that it lacks.

    Keys are left out because staging keeps what the source delivered.
    """
    name = f'"{schema}"."{table.name}"'
    types = {column: f'"{column.name}" {duckdb_type(column.type)}' for column in table.columns}
    columns = ", ".join(type_ if column.nullable else f"{type_} NOT NULL" for column, type_ in types.items())
    added = (
        f"; ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {type_}" for column, type_ in types.items() if column.nullable
    )
    return f"CREATE TABLE IF NOT EXISTS {name} ({columns})" + "".join(added)
