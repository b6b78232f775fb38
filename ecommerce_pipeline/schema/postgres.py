"""PostgreSQL DDL derived from the table contract."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable, SetColumnComment, SetTableComment
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.schema.keys import plain
from ecommerce_pipeline.schema.tables import TABLES

EXTRACT_ROLE: Final = "deploy/postgres/extract_role.sql"
"""The script that grants a role the contract's tables, in which `make generate` writes their names."""

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def postgres_type(type_: "TypeEngine[object]") -> str:
    """Return PostgreSQL's name of a contract type, as `format_type` prints it."""
    name = plain(type_).compile(_DIALECT).lower()
    return name.replace(" ", "").replace("timestampwithtimezone", "timestamp with time zone")


def create_table(table: Table) -> list[str]:
    """Return the statements that create the table with its key, indexes and comments, if it is not there."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return [
        _sql(CreateTable(table, if_not_exists=True)),
        *(_sql(CreateIndex(index, if_not_exists=True)) for index in indexes),
        _sql(SetTableComment(table)),
        *(_sql(SetColumnComment(column)) for column in table.columns),
    ]


def create_schema(tables: Sequence[Table]) -> str:
    """Return an SQL script that creates the schema and the tables, if they are not there."""
    schemas = sorted({str(table.schema) for table in tables})
    statements = [f"CREATE SCHEMA IF NOT EXISTS {name}" for name in schemas]
    statements += [statement for table in tables for statement in create_table(table)]
    return "".join(f"{statement};\n" for statement in statements)


def add_columns(table: Table, found: Collection[str]) -> list[str]:
    """Return the statements that add the nullable columns that a table lacks, given the names of those that it has."""
    return [
        f"ALTER TABLE {table.schema}.{table.name} ADD COLUMN {CreateColumn(column).compile(dialect=_DIALECT)}"
        for column in table.columns
        if column.nullable and column.name not in found
    ]


def with_granted_tables(script: str) -> str:
    """Return the script of the role for extraction with the names of the contract's tables."""
    names = ",\n".join(f"        '{name}'" for name in TABLES)
    return re.sub(r"(?<=ARRAY ARRAY\[\n).*?(?=\n    \] LOOP)", names, script, flags=re.DOTALL)


def _sql(statement: CreateTable | CreateIndex | SetTableComment | SetColumnComment) -> str:
    return "\n".join(line.rstrip() for line in str(statement.compile(dialect=_DIALECT)).strip().splitlines())
