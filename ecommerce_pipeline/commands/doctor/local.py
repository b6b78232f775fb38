"""What `doctor` checks on this machine for every target: each check returns what it found, or raises the remedy."""

import os
import shutil
import socket
import sys

import duckdb

from ecommerce_pipeline.assets.stamps import check_stamps
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.resources.postgres.scan import extension_file
from ecommerce_pipeline.schema.tables import EVENTS, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.secrets import PERSON_KEY, read_secret
from ecommerce_pipeline.targets import dbt_workspace, person_key, postgres

UI_PORT = 3000
FREE_MIB = 2_000
"""A year at scale 1 takes about 1 GiB in database, lake and warehouse together."""


def python() -> str:
    """Return the version of Python.

    Raises:
        PlatformError: The platform does not support it.
    """
    found = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise PlatformError(
            f"{found} found, 3.11 to 3.13 needed: create the environment again with `make PYTHON=... run`"
        )
    return f"{found}, {sys.executable}"


def folders(settings: Settings) -> str:
    """Return the data folder and its free space.

    Raises:
        PlatformError: The folder is not writable, or the disk is nearly full.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_dir).free // 2**20
    except OSError as error:
        raise PlatformError(f"{settings.data_dir}: {error.strerror}; make it writable or set DATA_DIR") from None
    if not os.access(settings.data_dir, os.W_OK):
        raise PlatformError(f"{settings.data_dir} is not writable; make it writable or set DATA_DIR")
    if free < FREE_MIB:
        raise PlatformError(
            f"{free:,} MiB free at {settings.data_dir}, {FREE_MIB:,} recommended; free some space or set DATA_DIR"
        )
    return f"{settings.data_dir} is writable, {free:,} MiB free"


def home(settings: Settings) -> str:
    """Return Dagster's home, created if necessary.

    Raises:
        PlatformError: It cannot be created, or a file in it cannot be used.
    """
    with open_instance(settings) as instance:
        return instance.root_directory


def postgresql(settings: Settings) -> str:
    """Return the version and the address of the source database.

    Raises:
        PlatformError: The server cannot be reached.
    """
    with postgres(settings).connect() as connection:
        version = connection.info.server_version
        address = f"{connection.info.host}:{connection.info.port}, database {connection.info.dbname}"
    kind = "named by POSTGRES_HOST" if settings.postgres_host else "embedded"
    return f"{version // 10_000}.{version % 10_000} at {address}, {kind}"


def source_tables(settings: Settings) -> str:
    """Return which source tables are there, what is missing and what that costs, and other differences that do no harm.

    Raises:
        PlatformError: A table, column or privilege is missing, or a type is incompatible; the message has them all.
    """
    database = postgres(settings)
    tables = list(TABLES.values())
    if settings.source == "synthetic":
        database.create_tables(tables)
    if lines := database.missing(tables):
        remedy = (
            "`ecommerce-pipeline ddl` prints the statements that create the tables; views with the same columns serve "
            "as well (docs/schema_drift.md)"
        )
        raise PlatformError("\n  ".join([f"missing in {database.address()}:", *lines, remedy]))
    found = {name: database.check_contract(table) for name, table in TABLES.items()}
    there = [name for name, drift in found.items() if name not in drift.absent]
    warnings = [
        warning if name in drift.absent else f"{name}: {warning}"
        for name, drift in found.items()
        for warning in (*drift.notes, *drift.warnings)
    ]
    return "\n  ".join(
        [f"{len(there)} of {len(TABLES)} tables of the contract are there: {', '.join(there)}", *warnings]
    )


def source_indexes(settings: Settings) -> str:
    """Return the indexes that the source lacks, without which reading it is slow, and tables without a time of change.

    Raises:
        PlatformError: The server cannot be reached.
    """
    database = postgres(settings)
    if database.missing(list(TABLES.values())):
        return "not looked at, as tables are missing"
    slow, untimed = database.slow_and_untimed([TABLES[name] for name in EVENTS])
    found = "days and changes are found by index"
    if slow:
        found = "\n  ".join(["slow, not wrong: whole tables are read to find days and changes; indexes help:", *slow])
    if untimed:
        found += (
            f"\n  updated_at of {', '.join(untimed)} is missing or does not say when a row changed: "
            "only `run --changed --exact` and the exact schedules find its changes"
        )
    return found


def settings_of_rows(settings: Settings) -> str:
    """Return that the rows which are there were made with the current settings.

    Raises:
        PlatformError: They were made with others.
    """
    check_stamps(settings)
    return "the source database and the lake have no rows of other settings"


def guests(settings: Settings) -> str:
    """Return with which key guests are known by their e-mail addresses.

    Raises:
        PlatformError: The key cannot be read, or kept.
    """
    if not settings.guests_by_email:
        return "guests are nobody (GUESTS_BY_EMAIL=false)"
    if not person_key(settings):
        return (
            f"without a key: {PERSON_KEY} is not set, so whoever has an e-mail address can test whether a guest's "
            "person_key is of it. Set a long random text before the first run, and keep it (docs/privacy.md)"
        )
    if read_secret(PERSON_KEY):
        return f"known by {PERSON_KEY}"
    return f"known by the random key in {settings.person_key_file}: keep a copy of it"


def duckdb_extension() -> str:
    """Return the version of DuckDB, whose extension reads PostgreSQL.

    Raises:
        PlatformError: The extension is missing.
    """
    extension = extension_file()
    if not extension.exists():
        raise PlatformError(
            f"{extension} does not exist: the wheels of duckdb and its extension differ; `make clean`, then `make run`"
        )
    return f"{duckdb.__version__} with its PostgreSQL extension"


def dbt(settings: Settings) -> str:
    """Parse the dbt project.

    Raises:
        PlatformError: The project does not parse.
    """
    workspace = dbt_workspace(settings)
    return f"{workspace.project().project_dir} parses for target {workspace.target}"


def ui_port() -> str:
    """Check that the UI's port is free.

    Raises:
        PlatformError: It is in use.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", UI_PORT))
        except OSError:
            raise PlatformError(
                f"{UI_PORT} is in use (does a UI already run?); free it, or `.venv/bin/dg dev --port 3001`"
            ) from None
    return f"{UI_PORT} is free for `make dev`"
