"""What the source database lacks to be read: schema, tables, columns, types and privileges, all at once."""

from psycopg import Connection, sql

from ecommerce_pipeline.resources.postgres.relations import Relations
from ecommerce_pipeline.schema.drift import drift
from ecommerce_pipeline.schema.tables import REQUIRED, SCHEMA

_SCHEMA = "SELECT has_schema_privilege(oid, 'USAGE'), current_user FROM pg_namespace WHERE nspname = %s"
_UNREADABLE = """
    SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT has_table_privilege(c.oid, 'SELECT')
"""


def missing(connection: Connection, source: Relations) -> list[str]:
    """Return what is missing, a line each: a table with all its differences from the contract, or a privilege.

    The catalog shows tables and columns to every role, with or without privileges on them.
    """
    tables = [relation.table for relation in source.values()]
    lines = [
        f"{table.schema}.{table.name}: {'; '.join(errors)}"
        for table in tables
        if (errors := drift(table, source[table.name].found).errors)
    ]
    if any(relation.query for relation in source.values()):
        return lines  # the queries name other tables, and were planned to find their columns
    schema = connection.execute(_SCHEMA, [SCHEMA]).fetchone()
    if schema is None:
        return [f"schema {SCHEMA} and its tables {', '.join(REQUIRED)} are missing"]
    usable, role = schema
    grants = []
    if not usable:
        grants.append(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), sql.Identifier(role)))
    unreadable = connection.execute(_UNREADABLE, [SCHEMA, [table.name for table in tables]]).fetchall()
    if unreadable:
        names = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for (name,) in sorted(unreadable))
        grants.append(sql.SQL("GRANT SELECT ON {} TO {}").format(names, sql.Identifier(role)))
    return lines + [f"the role {role} may not read them: run {grant.as_string()}" for grant in grants]
