"""A pack's SQL for one database: its schema, and stand-ins for what this version of the application does not have."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from ecommerce_pipeline.mapping.catalog import Catalog, Relation
from ecommerce_pipeline.mapping.packs import Pack

_OPAQUE: Final = r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'"
"""Comments and texts, in which nothing is replaced."""


@dataclass(frozen=True)
class Selects:
    """The statements of a pack.

    Attributes:
        statements: By contract table.
        left_out: What the database lacks for others, by contract table.
    """

    statements: Mapping[str, str]
    left_out: Mapping[str, tuple[str, ...]]


def selects(pack: Pack, schema: str = "", catalog: Catalog | None = None) -> Selects:
    """Return the SELECT statements of a pack by contract table.

    Args:
        pack: The pack.
        schema: Where the application's tables are; by default where the pack says.
        catalog: What the database has; without it, all that the newest version has.
    """
    statements: dict[str, str] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    for table, statement in pack.views.items():
        if missing := _missing(pack, statement, schema or pack.schema, catalog):
            left_out[table] = missing
        else:
            statements[table] = in_schema(pack, statement, schema, catalog)
    return Selects(statements, left_out)


def in_schema(pack: Pack, statement: str, schema: str = "", catalog: Catalog | None = None) -> str:
    """Return a statement of a pack, or a check, with the tables of this database."""
    schema = schema or pack.schema

    def here(name: str) -> str:
        relation = None if catalog is None else catalog.get((schema, name))
        return _stand_in(pack, schema, name, relation, known=catalog is not None)

    return replace_tables(statement, pack.schema, here) if pack.schema else statement


def replace_tables(statement: str, schema: str, by: Callable[[str], str]) -> str:
    """Replace each `schema.table` of a statement, outside comments and texts."""
    pattern = rf'(?P<opaque>{_OPAQUE})|\b{re.escape(schema)}\.(?:"(?P<quoted>[^"]+)"|(?P<plain>\w+))'

    def replaced(found: re.Match[str]) -> str:
        return found[0] if found["opaque"] else by(found["quoted"] or found["plain"])

    return re.sub(pattern, replaced, statement, flags=re.DOTALL)


def _missing(pack: Pack, statement: str, schema: str, catalog: Catalog | None) -> tuple[str, ...]:
    """Return the tables that a statement needs and the database does not have."""
    if catalog is None or not pack.schema:
        return ()
    named: list[str] = []

    def collect(name: str) -> str:
        named.append(name)
        return name

    replace_tables(statement, pack.schema, collect)
    return tuple(
        f"{schema}.{name}"
        for name in dict.fromkeys(named)
        if name not in pack.optional and (schema, name) not in catalog
    )


def _stand_in(pack: Pack, schema: str, name: str, relation: Relation | None, *, known: bool) -> str:
    """Return the table, with a null for each optional column that it lacks, or nothing but these columns without it."""
    optional = pack.optional.get(name, {})
    there = sql.Identifier(schema, name).as_string()
    if not known:
        return there
    nulls = [
        f"NULL::{type_} AS {sql.Identifier(column).as_string()}"
        for column, type_ in optional.items()
        if relation is None or column not in relation.types
    ]
    if relation is None:
        return f"(SELECT {', '.join(nulls)} WHERE false)"
    return f"(SELECT found.*, {', '.join(nulls)} FROM {there} AS found)" if nulls else there  # noqa: S608
