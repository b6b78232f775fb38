"""A mapping as views of our own schema: what would change, and its creation; nothing else of the database is touched.

A view's comment says that it is ours, and keeps its SQL as it was written, for PostgreSQL forgets comments in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final, Literal

import psycopg
from psycopg import Connection, sql

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.schema.drift import is_optional
from ecommerce_pipeline.schema.tables import SCHEMA, TABLES

MADE_BY: Final = "Made by `ecommerce-pipeline map`"

# The digest shows a later change by hand.
_THERE: Final = """
    SELECT c.relname, c.relkind, obj_description(c.oid, 'pg_class'), md5(pg_get_viewdef(c.oid))
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_GRANTS: Final = """
    SELECT DISTINCT pg_get_userbyid(a.grantee)
    FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
    WHERE c.oid = to_regclass(%s) AND a.privilege_type = 'SELECT' AND a.grantee NOT IN (0, c.relowner)
"""

State = Literal["new", "changed", "unchanged", "removed", "refused"]


@dataclass(frozen=True)
class Step:
    """What would happen to a view.

    Attributes:
        table: The contract table.
        state: What it is compared with what is there; refused if that is not ours.
        statement: Its SELECT statement; empty if it is removed.
        diff: The lines that differ from what is there.
        reason: Why it is refused.
    """

    table: str
    state: State
    statement: str = ""
    diff: tuple[str, ...] = ()
    reason: str = ""


def steps(connection: Connection, statements: Mapping[str, str]) -> list[Step]:
    """Compare a mapping with the views that are there."""
    there = {name: (kind, comment, digest) for name, kind, comment, digest in connection.execute(_THERE, [SCHEMA])}
    return list(_steps(statements, there))


def create(connection: Connection, planned: Sequence[Step], pack: str) -> None:
    """Create, replace and remove views of the schema, which is created too; in the connection's transaction.

    Args:
        connection: The connection, whose role will own the views.
        planned: What to do.
        pack: The pack's name, for the views' comments.

    Raises:
        PlatformError: A view is not ours, the role has not the privileges, or the SQL is wrong.
    """
    if refused := [step for step in planned if step.state == "refused"]:
        reasons = "; ".join(f"{SCHEMA}.{step.table} {step.reason}" for step in refused)
        raise PlatformError(f"nothing was created: {reasons}. Rename or drop it, then run it again")
    if connection.execute("SELECT to_regnamespace(%s)", [SCHEMA]).fetchone() == (None,):
        _execute(connection, sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)), f"schema {SCHEMA}")
    for step in planned:
        name = sql.Identifier(SCHEMA, step.table)
        if step.state == "removed":
            _execute(connection, sql.SQL("DROP VIEW {}").format(name), f"view {SCHEMA}.{step.table}")
        elif step.state != "unchanged":
            _create(connection, step, name, pack)


def columns_of(connection: Connection, statement: str) -> list[str]:
    """Return the names of a statement's columns.

    Raises:
        psycopg.Error: The statement is wrong, or the role may not run it.
    """
    with connection.transaction(force_rollback=True):
        cursor = connection.execute(f"SELECT * FROM ({statement}\n) AS rows_ LIMIT 0".encode())  # noqa: S608
        return [column.name for column in cursor.description or []]


def problems(connection: Connection, table: str, statement: str) -> list[str]:
    """Return what is wrong with a statement for a contract table: its SQL, or its columns' names."""
    try:
        found = columns_of(connection, statement)
    except psycopg.Error as error:
        return [_first_line(error)]
    contract = TABLES[table].columns
    missing = [c.name for c in contract if c.name not in found and not is_optional(c)]
    unknown = [name for name in found if name not in contract]
    return [f"column {name} is missing" for name in missing] + [
        f"column {name} is not in the contract" for name in unknown
    ]


def _steps(statements: Mapping[str, str], there: Mapping[str, tuple[str, str | None, str | None]]) -> Iterator[Step]:
    for table in TABLES:
        statement = statements.get(table, "")
        kind, comment, digest = there.get(table, ("", None, None))
        own = kind == "v" and (comment or "").startswith(MADE_BY)
        if not kind:
            if statement:
                yield Step(table, "new", statement, _diff("", statement))
        elif not own:
            if statement:
                what = "is a view that `map` has not made" if kind == "v" else "is a table"
                yield Step(table, "refused", statement, reason=what)
        else:
            marked, _, text = str(comment).partition("\n")
            if str(digest) not in marked:
                yield Step(table, "refused", statement, reason="was changed by hand after `map` had made it")
            elif text == statement:
                yield Step(table, "unchanged", statement)
            else:
                yield Step(table, "changed" if statement else "removed", statement, _diff(text, statement))


def _diff(old: str, new: str) -> tuple[str, ...]:
    return tuple(
        unified_diff(old.splitlines(), new.splitlines(), "there" if old else "nothing", "mapping", lineterm="")
    )


def _create(connection: Connection, step: Step, name: sql.Identifier, pack: str) -> None:
    what = f"view {SCHEMA}.{step.table}"
    text = sql.SQL("VIEW {} AS\n{}").format(name, sql.SQL(step.statement))
    try:
        with connection.transaction():
            connection.execute(sql.SQL("CREATE OR REPLACE ") + text)
    except psycopg.errors.InvalidTableDefinition:
        # Other columns: PostgreSQL replaces a view only by one that has its columns first.
        readers = connection.execute(_GRANTS, [f"{SCHEMA}.{step.table}"]).fetchall()
        _execute(connection, sql.SQL("DROP VIEW {}").format(name), what)
        _execute(connection, sql.SQL("CREATE ") + text, what)
        for (reader,) in readers:
            _execute(connection, sql.SQL("GRANT SELECT ON {} TO {}").format(name, sql.Identifier(reader)), what)
    except psycopg.Error as error:
        raise _failed(connection, what, error) from None
    row = connection.execute("SELECT md5(pg_get_viewdef(to_regclass(%s)))", [f"{SCHEMA}.{step.table}"]).fetchone()
    comment = f"{MADE_BY} from {pack}; digest {row[0] if row else ''}\n{step.statement}"
    connection.execute(sql.SQL("COMMENT ON VIEW {} IS {}").format(name, comment))


def _execute(connection: Connection, statement: sql.Composed, what: str) -> None:
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        raise _failed(connection, what, error) from None


def _failed(connection: Connection, what: str, error: psycopg.Error) -> PlatformError:
    user, database = connection.info.user, connection.info.dbname
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        remedy = (
            f'GRANT CREATE ON DATABASE "{database}" TO "{user}", and SELECT on the shop\'s tables; or create nothing, '
            "and set SHOP_MAPPING to the pack (docs/own_shop.md)"
        )
    elif isinstance(error, psycopg.errors.DependentObjectsStillExist):
        remedy = f"drop what depends on it first: {error.diag.message_detail}"
    else:
        remedy = "correct its SQL"
    return PlatformError(f"nothing was created: {what} of database {database}: {_first_line(error)}; {remedy}")


def _first_line(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0]
