"""`doctor`: checks what the platform stands on; each line says ok, or what is wrong and what to do."""

import os
import shutil
import socket
import sys
from collections.abc import Callable

import duckdb
from rich.console import Console

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.home import prepare_home
from ecommerce_pipeline.resources.postgres_scan import extension_file
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres, warehouse

UI_PORT = 3000
FREE_MIB = 2_000
"""A year at scale 1 takes about 1 GiB in database, lake and warehouse together."""

Check = Callable[[Settings], str]


def doctor_command(settings: Settings, *, send_test_email: bool = False) -> bool:
    """Print one line per check.

    Args:
        settings: What can be set.
        send_test_email: Whether to send one, and to do nothing else.

    Returns:
        Whether all checks are ok.
    """
    console = Console(highlight=False, soft_wrap=True)
    checks: dict[str, Check] = {
        "Python": _python,
        "folders": _folders,
        "Dagster home": _home,
        "PostgreSQL": _postgres,
        "source tables": _source_tables,
        "DuckDB": _duckdb,
        "warehouse": _warehouse,
        "dbt": _dbt,
        "UI port": _port,
        "alerts": _alerts,
    }
    if send_test_email:
        checks = {"test e-mail": _test_email}
    healthy = True
    for name, check in checks.items():
        try:
            console.print(f"[green]ok[/]    {name:<14} {check(settings)}")
        except PlatformError as error:
            healthy = False
            console.print(f"[red]wrong[/] {name:<14} {error}")
    return healthy


def _python(_: Settings) -> str:
    found = ".".join(map(str, sys.version_info[:3]))
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise PlatformError(f"{found} found, 3.11 to 3.13 needed: make the environment anew with `make PYTHON=... run`")
    return f"{found}, {sys.executable}"


def _folders(settings: Settings) -> str:
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


def _home(settings: Settings) -> str:
    return str(prepare_home(settings))


def _postgres(settings: Settings) -> str:
    with postgres(settings).connect() as connection:
        version = connection.info.server_version
        place = f"{connection.info.host}:{connection.info.port}, database {connection.info.dbname}"
    kind = "named by POSTGRES_HOST" if settings.postgres_host else "embedded"
    return f"{version // 10_000}.{version % 10_000} at {place}, {kind}"


def _source_tables(settings: Settings) -> str:
    database = postgres(settings)
    if settings.source == "synthetic":
        database.create_tables(list(TABLES.values()))
    for table in TABLES.values():
        database.check_contract(table)
    return f"{len(TABLES)} tables as the contract says"


def _duckdb(_: Settings) -> str:
    extension = extension_file()
    if not extension.exists():
        raise PlatformError(
            f"no {extension}: the wheels of duckdb and its extension differ; `make clean`, then `make run`"
        )
    return f"{duckdb.__version__} with its PostgreSQL extension"


def _warehouse(settings: Settings) -> str:
    if not settings.warehouse_path.exists():
        return f"{settings.warehouse_path} is not there yet; `ecommerce-pipeline run` builds it"
    return f"{settings.warehouse_path}, {len(warehouse(settings).row_counts())} tables"


def _dbt(settings: Settings) -> str:
    from ecommerce_pipeline.resources.dbt import dbt_project

    return f"{dbt_project(settings).project_dir} parses for target {settings.target}"


def _port(_: Settings) -> str:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", UI_PORT))
        except OSError:
            raise PlatformError(
                f"{UI_PORT} is taken (a UI that runs already?); free it, or `.venv/bin/dagster dev --port 3001`"
            ) from None
    return f"{UI_PORT} is free for `make dev`"


def _alerts(settings: Settings) -> str:
    from ecommerce_pipeline.resources.smtp import SmtpServer

    if settings.smtp_host is None:
        return (
            f"SMTP_HOST is not set: `make dev` keeps alerts in {settings.mail_dir}; elsewhere nobody hears of a failure"
        )
    server = SmtpServer.of(settings)
    with server.session():
        return f"{server} takes mail for {', '.join(settings.alert_to)}; `doctor --send-test-email` sends one"


def _test_email(settings: Settings) -> str:
    from ecommerce_pipeline.alerts.trial import send_test_email

    return send_test_email(settings)
