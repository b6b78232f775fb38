"""PostgreSQL DDL derived from the table contract, and what a table found there lacks of it."""

from collections.abc import Mapping

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment, SetTableComment
from sqlalchemy.types import TypeEngine

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def postgres_type(type_: "TypeEngine[object]") -> str:
    """Return PostgreSQL's name of a contract type, as `format_type` prints it."""
    name = type_.compile(_DIALECT).lower()
    return name.replace(" ", "").replace("timestampwithtimezone", "timestamp with time zone")


def create_table(table: Table) -> list[str]:
    """Return the statements that create the table with its key, index and comments, if it is not there."""
    return [
        _sql(CreateTable(table, if_not_exists=True)),
        *(_sql(CreateIndex(index, if_not_exists=True)) for index in table.indexes),
        _sql(SetTableComment(table)),
        *(_sql(SetColumnComment(column)) for column in table.columns),
    ]


def differences(table: Table, found: Mapping[str, str]) -> list[str]:
    """Say what a table found in PostgreSQL lacks of the contract.

    Args:
        table: The contract.
        found: PostgreSQL type by column name, as `format_type` prints it; empty if there is no such table.

    Returns:
        One sentence a difference, naming the column; empty if the table serves. Columns beyond the contract are
        ignored, and so are the length of text columns (varchar) and wider integers' narrower kin.
    """
    if not found:
        return [f"table {table.schema}.{table.name} does not exist"]
    said = []
    for column in table.columns:
        wanted = postgres_type(column.type)
        if column.name not in found:
            said.append(f"column {column.name} ({wanted}) is missing")
        elif not _serves(wanted, found[column.name]):
            said.append(f"column {column.name} is {found[column.name]}, expected {wanted}")
    return said


def _serves(wanted: str, found: str) -> bool:
    if wanted == found:
        return True
    if wanted == "text":
        return found.startswith(("character varying", "character("))
    narrower = {"bigint": ("integer", "smallint"), "integer": ("smallint",)}
    return found in narrower.get(wanted, ())


def _sql(statement: CreateTable | CreateIndex | SetTableComment | SetColumnComment) -> str:
    return str(statement.compile(dialect=_DIALECT)).strip()
