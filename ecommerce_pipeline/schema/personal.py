"""Which columns of the contract are personal, and what becomes of their values where persons need not be known.

What hides or replaces them derives from here: dbt's metadata, previews, the extraction with PERSONAL_DATA=none, what
is left of a person who is forgotten, and the table of docs/privacy.md.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Table

from ecommerce_pipeline.schema.dialects import Dialect, text_literal
from ecommerce_pipeline.schema.tables import SCHEMA, TABLES, Personal, kind

PersonalData = Literal["keep", "none"]
"""Whether personal values leave the source; see `BECOMES`."""


@dataclass(frozen=True)
class Becomes:
    """What a personal value becomes.

    Attributes:
        modelled: In dimensions, facts and all that follows.
        extracted: In the lake and all that follows, with PERSONAL_DATA=none and of who is forgotten.
    """

    modelled: str
    extracted: str


BECOMES: Final[dict[Personal, Becomes]] = {
    "drop": Becomes("nothing", "null"),
    "year": Becomes("the year", "1 January of the year"),
}

MASK: Final = "•••"


def personal_columns(table: Table) -> dict[str, Personal]:
    """Return what becomes of a table's personal columns, by their names in the source, the lake and staging."""
    return {column.name: column.info["personal"] for column in table.columns if "personal" in column.info}


def extracted(what: Personal, column: str, dialect: Dialect) -> str:
    """Return the SQL of what a personal value becomes in the lake; see `BECOMES`.

    Args:
        what: What becomes of it.
        column: The column, in the dialect's SQL.
        dialect: The dialect.
    """
    match what:
        case "drop":
            return "NULL"
        case "year":
            return dialect.year.format(column)


def pseudonym(column: str, secret: str, dialect: Dialect) -> str:
    """Return the SQL by which a guest is told from others: a keyed hash of the e-mail address; null without one.

    Args:
        column: The column of the address, in the dialect's SQL.
        secret: The key; without one, whoever has an address can test it.
        dialect: The dialect.
    """
    hashed = dialect.sha256.format(f"{text_literal(secret, dialect)} || {address(column, dialect)}")
    return f"CASE WHEN {address(column, dialect)} <> '' THEN {hashed} END"


def address(column: str, dialect: Dialect) -> str:
    """Return the SQL of an e-mail address as it is compared: in lower case, without spaces around it."""
    return f"lower(trim({dialect.text.format(column)}))"


PERSONAL_NAMES: Final = frozenset(
    name
    for table in TABLES.values()
    for column in personal_columns(table)
    for name in (column, table.columns[column].info.get("alias", column))
)
"""The names of all personal columns, also those in dbt's models: a column of such a name is personal in any table."""


def with_places(page: str) -> str:
    """Return a page with the current table of personal columns, where they lie and what becomes of them."""
    head = "| column | lies in | from dimensions on | with `PERSONAL_DATA=none` |\n| --- | --- | --- | --- |\n"
    lines = [
        f"| `{column}` | {', '.join(f'`{place}`' for place in _places(table))} | {BECOMES[what].modelled} "
        f"| {BECOMES[what].extracted} |\n"
        for table in TABLES.values()
        for column, what in personal_columns(table).items()
    ]
    return re.sub(r"(?<=<!-- generated -->\n)(\|.*\n)*", lambda _: head + "".join(lines), page)


def _places(table: Table) -> list[str]:
    models = ["stg", "quarantine"] if kind(table) == "event" else ["stg"]
    return [
        f"{SCHEMA}.{table.name}",
        f"lake/{table.name}",
        f"staging.{table.name}",
        *(f"core.{model}_{table.name}" for model in models),
    ]
