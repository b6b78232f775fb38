"""A SELECT statement of one table for a first draft of a mapping, column by column, with questions about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ecommerce_pipeline.mapping.catalog import Relation
from ecommerce_pipeline.mapping.roles import Is, column, is_number, is_time, is_word

OPEN: Final = "-- OPEN:"
_RESERVED: Final = frozenset(
    {"order", "user", "group", "table", "column", "default", "end", "check", "references", "all"}
)


@dataclass
class Statement:
    """The parts of a statement, as they are found."""

    relation: Relation
    text_keys: bool
    lines: list[str] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: str | None, *questions: str) -> None:
        """Add a column; without a value, nothing but the questions about it."""
        self.lines += [f"    {OPEN} {question}" for question in questions]
        if value is not None:
            self.lines.append(f"    {value}" if value == f"t.{name}" else f"    {value} AS {name}")

    def key(self, name: str, there: str | None, alias: str = "t", relation: Relation | None = None) -> None:
        """Add a key, or a reference to one."""
        if there:
            number = is_number((relation or self.relation).types[there])
            self.add(name, f"{alias}.{quoted(there)}{'::text' if self.text_keys and number else ''}")

    def word(self, name: str, meaning: str = "", is_: Is = is_word) -> None:
        """Add a text."""
        if there := column(self.relation, meaning or name, is_):
            type_ = self.relation.types[there]
            self.add(name, f"t.{quoted(there)}" + ("" if re.match("text|character", type_) else "::text"))

    def time(self, name: str, meaning: str = "") -> str | None:
        """Add a time; return its column."""
        there = column(self.relation, meaning or name, is_time)
        if there:
            value, type_ = f"t.{quoted(there)}", self.relation.types[there]
            if "with time zone" in type_ and "without" not in type_:
                self.add(name, value)
            elif type_ == "date":
                zone = f"{there} is a day: in which time zone does it begin?"
                self.add(name, f"{value}::timestamp AT TIME ZONE 'UTC'", zone)
            else:
                self.add(name, f"{value} AT TIME ZONE 'UTC'", f"{there} has no time zone: is it UTC?")
        return there

    def amount(self, name: str, meaning: str = "", *questions: str, digits: str = "18, 4") -> str | None:
        """Add an amount; return its column."""
        there = column(self.relation, meaning or name, is_number)
        if there:
            value, question = self.money(there, digits)
            self.add(name, value, *([question] if question else []), *questions)
        return there

    def money(self, there: str, digits: str = "18, 4") -> tuple[str, str]:
        """Return the value of a column of money, and a question about it."""
        value, type_ = f"t.{quoted(there)}", self.relation.types[there]
        if type_ in {"integer", "bigint"}:
            question = f"{there} has whole numbers, taken for hundredths: if it is in units, take / 100.0 away"
            return f"({value} / 100.0)::numeric({digits})", question
        return (value if type_.startswith("numeric(") else f"{value}::numeric({digits})"), ""

    def sql(self) -> str:
        """Return the statement."""
        columns, last = list(self.lines), max(i for i, line in enumerate(self.lines) if OPEN not in line)
        separated = [line + "," if OPEN not in line and i < last else line for i, line in enumerate(columns)]
        table = f"FROM {quoted(self.relation.schema)}.{quoted(self.relation.name)} AS t"
        head = f"-- From {self.relation.schema}.{self.relation.name}, by its names, types and references."
        return "\n".join([head, "SELECT", *separated, table, *self.joins, *self.notes, ""])


def texts(values: Sequence[str]) -> str:
    """Return texts as literals, separated by commas."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def quoted(name: str) -> str:
    """Return a name as SQL needs it."""
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _RESERVED
    return name if plain else '"' + name.replace('"', '""') + '"'
