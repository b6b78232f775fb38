"""SQL about the rows of forgotten persons, the same for the source, the lake and the warehouses."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table

from ecommerce_pipeline.resources.forgotten.persons import Forgotten
from ecommerce_pipeline.schema.dialects import Dialect, quoted, text_literal
from ecommerce_pipeline.schema.personal import address, extracted, personal_columns
from ecommerce_pipeline.schema.tables import (
    BUSINESS_DATE,
    HAPPENED_AT,
    TABLES,
    UPDATED_AT,
    Personal,
    business_key,
    kind,
)


@dataclass(frozen=True)
class Rewrite:
    """What becomes of the rows of forgotten persons in a table.

    Attributes:
        where: The condition that a row is one of theirs, and still has something of them.
        values: The new values of columns.
    """

    where: str
    values: Mapping[str, str]


def is_forgotten(table: Table, columns: Container[str], forgotten: Forgotten, dialect: Dialect) -> str | None:
    """Return the condition that a row is of a forgotten person, or older than is kept; None if no column tells.

    Args:
        table: The contract, whose columns say who a row is of.
        columns: Which of its columns are there.
        forgotten: The list.
        dialect: The dialect.
    """
    conditions = []
    for column in table.columns:
        name = quoted(dialect, column.name)
        if column.name not in columns:
            continue
        if (table.name, column.name) == _CUSTOMER or column.info.get("references") == _CUSTOMER[0]:
            conditions.append(_is_in(dialect.text.format(name), forgotten.customers, forgotten, dialect))
        elif "is_address" in column.info:
            conditions.append(_is_in(address(name, dialect), forgotten.addresses, forgotten, dialect))
    time = HAPPENED_AT if kind(table) == "event" else UPDATED_AT
    if forgotten.before and time in columns:
        micros = round(datetime.fromisoformat(forgotten.before).timestamp() * 1_000_000)
        instant = f"CAST({quoted(dialect, time)} AS {dialect.instant})"
        conditions.append(f"{dialect.micros.format(instant)} < {micros}")
    known = [condition for condition in conditions if condition]
    return f"({' OR '.join(known)})" if known else None


def rewrite_of(name: str, columns: Container[str], forgotten: Forgotten, dialect: Dialect) -> Rewrite | None:
    """Return what becomes of the rows of a table of the lake or of a warehouse; None if it has nothing of persons.

    Args:
        name: The table's name; a model or a quarantine of a table of the contract has that at its end.
        columns: Its columns.
        forgotten: The list.
        dialect: The dialect.
    """
    # The filter that BigQuery's partitioned tables require.
    of_days = f"{BUSINESS_DATE} IS NOT NULL AND " if BUSINESS_DATE in columns else ""
    table = TABLES.get(name.removeprefix("stg_").removeprefix("quarantine_"))
    if table is None:
        return None
    personal = {one: what for one, what in personal_columns(table).items() if one in columns}
    theirs = is_forgotten(table, columns, forgotten, dialect) if personal else None
    if theirs is None:
        return None
    remains, values = [], {}
    for one, what in personal.items():
        column = quoted(dialect, one)
        remains.append(_remains(what, column, dialect))
        values[one] = extracted(what, column, dialect)
    return Rewrite(f"{of_days}coalesce({theirs}, FALSE) AND ({' OR '.join(remains)})", values)


_CUSTOMER: Final = ("customers", business_key(TABLES["customers"]))


def _remains(what: Personal, column: str, dialect: Dialect) -> str:
    """Return the condition that a column has not yet become what is to be left of it."""
    match what:
        case "drop":
            return f"{column} IS NOT NULL"
        case "year":
            return f"{column} <> {dialect.year.format(column)}"


def _is_in(text: str, hashes: frozenset[str], forgotten: Forgotten, dialect: Dialect) -> str | None:
    if not hashes:
        return None
    listed = ", ".join(f"'{one}'" for one in sorted(hashes))
    return f"{_hash(text, forgotten, dialect)} IN ({listed})"


def _hash(text: str, forgotten: Forgotten, dialect: Dialect) -> str:
    return dialect.sha256.format(f"{text_literal(forgotten.key, dialect)} || {text}")
