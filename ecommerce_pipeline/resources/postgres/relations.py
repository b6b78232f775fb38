"""How the source has the tables of the contract: as tables or views, as queries of a mapping, or not at all.

A table that is absent has no rows; a column that is absent is null, or has the contract's default. With
PERSONAL_DATA=none a personal column has what the contract makes of it, and so it has of a person who is forgotten: for
all who read the source, as all read this. The pseudonym of a guest is the same in all cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg import Connection, sql
from sqlalchemy import Column, Table

from ecommerce_pipeline.resources.forgotten.persons import NOBODY, Forgotten
from ecommerce_pipeline.resources.forgotten.rows import is_forgotten
from ecommerce_pipeline.resources.postgres.catalog import columns_of_query, found_columns
from ecommerce_pipeline.schema.dialects import POSTGRES, quoted
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.personal import PersonalData, extracted, pseudonym
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import (
    GUEST_EMAIL,
    GUEST_KEY,
    HAPPENED_AT,
    TABLES,
    UPDATED_AT,
    extracted_columns,
    kind,
)

_TIMES = (HAPPENED_AT, UPDATED_AT)


@dataclass(frozen=True)
class Relation:
    """A table of the contract, as the source has it.

    Attributes:
        table: The contract.
        found: The columns in the source; empty if it has no such table.
        query: The query of the mapping that takes its place; None where the source has it by its name.
        personal_data: Whether personal values are read.
        forgotten: Persons of whom none are read, and the key of guests' pseudonyms.
    """

    table: Table
    found: Mapping[str, Found]
    query: str | None = None
    personal_data: PersonalData = "keep"
    forgotten: Forgotten = NOBODY

    @cached_property
    def rows(self) -> sql.Composable:
        """The relation: all columns that are read, in the types that the source has."""
        columns = extracted_columns(self.table)
        own = self.own
        if all(self._is_read_as_it_is(column) for column in columns):
            return own
        selected = sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(self._value(column), sql.Identifier(column.name)) for column in columns
        )
        if not self.found:
            return sql.SQL("(SELECT {} WHERE FALSE)").format(selected)
        return sql.SQL("(SELECT {} FROM {} AS source_)").format(selected, own)

    def type_of(self, column: str) -> str:
        """Return the type of a column in the source, as `format_type` prints it."""
        if found := self.found.get(column):
            return found.type.removeprefix("enum ")
        return postgres_type(self.table.columns[column].type)

    @property
    def own(self) -> sql.Composable:
        """The relation as the source has it, with its own columns."""
        if self.query is not None:
            return sql.SQL("({}\n)").format(sql.SQL(self.query))  # it may end with a comment
        return sql.Identifier(str(self.table.schema), self.table.name)

    def _is_read_as_it_is(self, column: Column[Any]) -> bool:
        if column.name == GUEST_KEY:  # of the source's own column of that name nothing is known
            return False
        return column.name in self.found and not (self._is_hidden(column) or self._has_gaps(column))

    def _is_hidden(self, column: Column[Any]) -> bool:
        is_personal = column.name in self.found and "personal" in column.info
        return is_personal and (self.personal_data == "none" or self._is_forgotten is not None)

    @cached_property
    def _is_forgotten(self) -> str | None:
        """The condition that a row is of a forgotten person; None if there is none."""
        return is_forgotten(self.table, self.found, self.forgotten, POSTGRES)

    def _has_gaps(self, column: Column[Any]) -> bool:
        """Return whether the column has a default, and may be null in the source."""
        # Times of events are searched by index, which an expression has not.
        is_searched = kind(self.table) == "event" and column.name in _TIMES
        return "default" in column.info and not is_searched and self.found[column.name].nullable is not False

    def _value(self, column: Column[Any]) -> sql.Composable:
        name, there = sql.Identifier(column.name), column.name in self.found
        if self._is_read_as_it_is(column):
            return name
        if column.name == GUEST_KEY:
            return sql.SQL(self._guest_key())
        if self._is_hidden(column):
            return sql.SQL(self._hidden(column))
        type_ = sql.SQL(self.type_of(column.name))
        default = sql.SQL("CAST({} AS {})").format(self._default(column), type_)
        return sql.SQL("coalesce({}, {})").format(name, default) if there else default

    def _hidden(self, column: Column[Any]) -> str:
        type_, own = postgres_type(column.type), quoted(POSTGRES, column.name)
        becomes = extracted(column.info["personal"], own, POSTGRES)
        if self.personal_data == "none":
            return f"CAST({becomes} AS {type_})"
        return f"CASE WHEN {self._is_forgotten} THEN CAST({becomes} AS {type_}) ELSE CAST({own} AS {type_}) END"

    def _guest_key(self) -> str:
        if GUEST_EMAIL not in self.found:
            return "CAST(NULL AS text)"
        return pseudonym(quoted(POSTGRES, GUEST_EMAIL), self.forgotten.secret, POSTGRES)

    def _default(self, column: Column[Any]) -> sql.Composable:
        default = column.info.get("default") if self.found else None
        if default is None:
            return sql.SQL("NULL")
        if default in self.table.columns and default not in self.found:
            return self._default(self.table.columns[default])
        return sql.SQL(default)


Relations = Mapping[str, Relation]
"""By the name of the contract's table."""


def relations(
    connection: Connection,
    mapping: Mapping[str, str],
    tables: Sequence[Table] = (*TABLES.values(),),
    personal_data: PersonalData = "keep",
    forgotten: Forgotten = NOBODY,
) -> dict[str, Relation]:
    """Look up how the source has tables.

    Args:
        connection: A connection to the server.
        mapping: The queries that take the place of tables, by name; if there are any, no other table is there.
        tables: The contracts.
        personal_data: Whether personal values are read.
        forgotten: Persons of whom none are read, and the key of guests' pseudonyms.
    """

    def found(table: Table) -> tuple[Mapping[str, Found], str | None]:
        query = mapping.get(table.name)
        if query is not None:
            return columns_of_query(connection, query), query
        return {} if mapping else found_columns(connection, table), None

    return {table.name: Relation(table, *found(table), personal_data, forgotten) for table in tables}
