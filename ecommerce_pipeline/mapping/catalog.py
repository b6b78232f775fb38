"""What a database has: its tables and views with their columns, keys and references, without reading a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from psycopg import Connection

from ecommerce_pipeline.schema.tables import SCHEMA

# Row estimates are the planner's, -1 before the first ANALYZE.
_RELATIONS: Final = """
    SELECT n.nspname, c.relname, c.reltuples::bigint, json_agg(
        json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull) ORDER BY a.attnum
    )
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_'
        AND n.nspname <> ALL (%s)
    GROUP BY n.nspname, c.relname, c.reltuples
"""
_KEYS: Final = """
    SELECT n.nspname, c.relname, k.contype, (
        SELECT json_agg(a.attname ORDER BY position.number)
        FROM unnest(k.conkey) WITH ORDINALITY AS position (attnum, number)
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = position.attnum
    ), (SELECT fn.nspname FROM pg_namespace AS fn WHERE fn.oid = f.relnamespace), f.relname
    FROM pg_constraint AS k
    JOIN pg_class AS c ON c.oid = k.conrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_class AS f ON f.oid = k.confrelid
    WHERE k.contype IN ('p', 'f') AND n.nspname <> ALL (%s)
"""

Name = tuple[str, str]
"""Schema and table."""


@dataclass(frozen=True)
class Relation:
    """A table or view.

    Attributes:
        types: Types of its columns by name, in order.
        nullable: Names of the columns that may be null.
        key: The columns of its primary key.
        references: Tables by the column that refers to them.
        rows: The planner's estimate; negative where there is none.
    """

    schema: str
    name: str
    types: Mapping[str, str]
    nullable: frozenset[str] = frozenset()
    key: tuple[str, ...] = ()
    references: Mapping[str, Name] = field(default_factory=dict)
    rows: int = -1


Catalog = Mapping[Name, Relation]


def read_catalog(connection: Connection) -> Catalog:
    """Return the tables and views of the database that are not the platform's or PostgreSQL's own."""
    others = ["information_schema", SCHEMA]
    keys: dict[Name, tuple[str, ...]] = {}
    references: dict[Name, dict[str, Name]] = {}
    for schema, name, kind, columns, to_schema, to_name in connection.execute(_KEYS, [others]):
        if kind == "p":
            keys[schema, name] = tuple(columns)
        elif len(columns) == 1:
            references.setdefault((schema, name), {})[columns[0]] = (to_schema, to_name)
    return {
        (schema, name): Relation(
            schema,
            name,
            types={column: type_ for column, type_, _ in columns},
            nullable=frozenset(column for column, _, nullable in columns if nullable),
            key=keys.get((schema, name), ()),
            references=references.get((schema, name), {}),
            rows=rows,
        )
        for schema, name, rows, columns in connection.execute(_RELATIONS, [others])
    }
