"""What `doctor` checks on this machine, whatever the target: each returns what is well, or raises the remedy."""

import os
import shutil
import socket
import sys

import duckdb

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import prepare_home
from ecommerce_pipeline.resources.postgres.scan import extension_file
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, postgres, warehouse

UI_PORT = 3000
FREE_MIB = 2_000
"""A year at scale 1 takes about 1 GiB in database, lake and warehouse together."""


def python(_: Settings) -> str:
    """Return the version of Python.

    Raises:
        PlatformError: It is none that the platform supports.
    """
    found = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise PlatformError(f"{found} found, 3.11 to 3.13 needed: make the environment anew with `make PYTHON=... run`")
    return f"{found}, {sys.executable}"


def folders(settings: Settings) -> str:
    """Return where data is kept, and the free space there.

    Raises:
        PlatformError: The folder cannot be written, or the disk is nearly full.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(settings.data_dir).free // 2**20
    except OSError as error:
        raise PlatformError(f"{settings.data_dir}: {error.strerror}; make it writable or set DATA_DIR") from None
    if not os.access(settings.data_dir, os.W_OK):
        raise PlatformError(f"{settings.data_dir} is not writable; make it so or set DATA_DIR")
    if free < FREE_MIB:
        raise PlatformError(
            f"{free:,} MiB free at {settings.data_dir}, {FREE_MIB:,} advised; free some or set DATA_DIR"
        )
    return f"{settings.data_dir} is writable, {free:,} MiB free"


def home(settings: Settings) -> str:
    """Return Dagster's home, made if need be.

    Raises:
        PlatformError: The home cannot be made.
    """
    return str(prepare_home(settings))


def postgresql(settings: Settings) -> str:
    """Return the version and the place of the source database.

    Raises:
        PlatformError: The server cannot be reached.
    """
    with postgres(settings).connect() as connection:
        version = connection.info.server_version
        place = f"{connection.info.host}:{connection.info.port}, database {connection.info.dbname}"
    kind = "named by POSTGRES_HOST" if settings.postgres_host else "embedded"
    return f"{version // 10_000}.{version % 10_000} at {place}, {kind}"


def source_tables(settings: Settings) -> str:
    """Return how many source tables serve, and what differs from the contract all the same.

    Raises:
        PlatformError: A table or column is missing or of another type.
    """
    database = postgres(settings)
    if settings.source == "synthetic":
        database.create_tables(list(TABLES.values()))
    warnings = [
        f"{table.schema}.{table.name}: {warning}"
        for table in TABLES.values()
        for warning in database.check_contract(table).warnings
    ]
    return "; ".join([f"{len(TABLES)} tables as the contract says", *warnings])


def duckdb_extension(_: Settings) -> str:
    """Return the version of DuckDB, whose extension reads PostgreSQL.

    Raises:
        PlatformError: The extension is not there.
    """
    extension = extension_file()
    if not extension.exists():
        raise PlatformError(
            f"no {extension}: the wheels of duckdb and its extension differ; `make clean`, then `make run`"
        )
    return f"{duckdb.__version__} with its PostgreSQL extension"


def warehouse_file(settings: Settings) -> str:
    """Return where the local warehouse is, and how many tables it has.

    Raises:
        PlatformError: The file cannot be opened.
    """
    if settings.target == "local" and not settings.warehouse_path.exists():
        return f"{settings.warehouse_path} is not there yet; `ecommerce-pipeline run` builds it"
    place = settings.warehouse_path if settings.target == "local" else f"BigQuery, {settings.gcp_project}"
    return f"{place}, {len(warehouse(settings).row_counts())} tables"


def dbt(settings: Settings) -> str:
    """Return that the dbt project parses.

    Raises:
        PlatformError: The project does not parse.
    """
    return f"{dbt_workspace(settings).project().project_dir} parses for target {settings.target}"


def ui_port(_: Settings) -> str:
    """Return that the port of the UI is free.

    Raises:
        PlatformError: It is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", UI_PORT))
        except OSError:
            raise PlatformError(
                f"{UI_PORT} is taken (a UI that runs already?); free it, or `.venv/bin/dagster dev --port 3001`"
            ) from None
    return f"{UI_PORT} is free for `make dev`"
