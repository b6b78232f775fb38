"""The server's roles: the administrator `postgres`, and `ecommerce`, with which runs work and which owns the database.

They are set up in PostgreSQL's single-user mode, before the server runs, so that nobody can log in to an incomplete
cluster: https://www.postgresql.org/docs/18/app-postgres.html.
"""

from pathlib import Path
from typing import Final

from psycopg import sql

from ecommerce_pipeline.resources.embedded_postgres.account import Outcome
from ecommerce_pipeline.resources.embedded_postgres.binaries import Binaries
from ecommerce_pipeline.resources.embedded_postgres.errors import START_AFRESH, EmbeddedPostgresError
from ecommerce_pipeline.resources.embedded_postgres.paths import Home
from ecommerce_pipeline.resources.embedded_postgres.postmaster import invalidate_stale_pid, kill_orphans

ADMINISTRATOR: Final = "postgres"
USER: Final = "ecommerce"
DATABASE: Final = "ecommerce"

# The grants allow to read the path of the data and what other sessions do, and to change nothing.
_CREATE_ROLE: Final = f"""
CREATE ROLE {USER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {{password}};
GRANT pg_read_all_settings, pg_read_all_stats TO {USER};
"""
_CREATE_DATABASE: Final = f"CREATE DATABASE {DATABASE} OWNER {USER};"
# The role that created a cluster (10) is a superuser for good: it is renamed, which its own session may not do. Objects
# from 16384 on are not PostgreSQL's own.
_DEMOTE: Final = f"""
DO $demote$
DECLARE change text;
BEGIN
IF (SELECT rolname FROM pg_roles WHERE oid = 10) = '{USER}' THEN
CREATE ROLE renaming SUPERUSER;
SET LOCAL SESSION AUTHORIZATION renaming;
ALTER ROLE {USER} RENAME TO {ADMINISTRATOR};
SET LOCAL SESSION AUTHORIZATION {ADMINISTRATOR};
DROP ROLE renaming;{_CREATE_ROLE}ALTER DATABASE {DATABASE} OWNER TO {USER};
FOR change IN
SELECT format('SCHEMA %I', nspname) FROM pg_namespace
WHERE nspowner = 10 AND oid >= 16384 AND nspname NOT LIKE 'pg\\_%'
UNION ALL
SELECT format('TABLE %s', oid::regclass) FROM pg_class
WHERE relowner = 10 AND oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relpersistence <> 't'
LOOP
EXECUTE format('ALTER %s OWNER TO {USER}', change);
END LOOP;
END IF;
END
$demote$;
ALTER ROLE {ADMINISTRATOR} PASSWORD {{admin_password}};
"""  # noqa: S608 - the names are constants


def create_role(binaries: Binaries, home: Home, data: Path, lock: int, limit: float) -> Outcome:
    """Create the role of runs and its database in a new data folder, which is not synchronized to the disk.

    Args:
        binaries: PostgreSQL's programs.
        home: The server's files, including the passwords.
        data: The new data folder.
        lock: The lock's descriptor, which PostgreSQL inherits.
        limit: Timeout in seconds.
    """
    # A database cannot be created in a transaction with other statements: a blank line separates transactions.
    statements = f"{_CREATE_ROLE.format(password=_literal(home.password))}\n{_CREATE_DATABASE}\n\n"
    command = _single_user(binaries, data)
    return home.account.run(*command, "-F", "postgres", limit=limit, keep_fd=lock, text=statements)


def demote_role(binaries: Binaries, home: Home, lock: int, limit: float) -> None:
    """Take the superuser's rights from the role of runs, which created the clusters of earlier versions.

    Everything in its database is kept. A killed process has changed all or nothing, and this can be repeated.

    Args:
        binaries: PostgreSQL's programs.
        home: The files of a server that does not run, without the administrator's password.
        lock: The lock's descriptor, which PostgreSQL inherits.
        limit: Timeout in seconds.

    Raises:
        EmbeddedPostgresError: PostgreSQL does not start, or rejects a statement.
    """
    kill_orphans(home.data)
    invalidate_stale_pid(home.data)
    admin_password = home.new_password()
    statements = _DEMOTE.format(password=_literal(home.password), admin_password=_literal(admin_password))
    command = _single_user(binaries, home.data)
    done = home.account.run(*command, DATABASE, limit=limit, keep_fd=lock, text=f"{statements}\n")
    if not done.ok:
        raise EmbeddedPostgresError(
            f"{home.data} was created by an earlier version, whose role {USER} is a superuser; the role could not be "
            f"replaced:\n{done.end}\nFix the cause and try again; or {START_AFRESH}."
        )
    home.remember_admin_password(admin_password)


def _single_user(binaries: Binaries, data: Path) -> list[str | Path]:
    """Return the command that executes statements as the superuser, without a password, until the first error."""
    # Statements contain passwords.
    options = ("exit_on_error=on", "log_statement=none", "log_min_error_statement=panic", "log_checkpoints=off")
    return [binaries.program("postgres"), "--single", "-j", "-D", data, *(f"--{option}" for option in options)]


def _literal(password: str | None) -> str:
    return sql.Literal(password).as_string()
