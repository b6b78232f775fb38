"""`doctor`: checks what the platform stands on; each line says ok, or what is wrong and what to do.

The checks themselves are in `local` (this machine), `gcp` (Google Cloud) and `mail`.
"""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.commands.doctor import local, mail
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings

Check = Callable[[Settings], str]


def doctor_command(settings: Settings, *, send_test_email: bool = False) -> bool:
    """Print one line per check.

    Args:
        settings: What can be set.
        send_test_email: Whether to send one, and to check nothing else.

    Returns:
        Whether all checks are ok.
    """
    console = Console(highlight=False, soft_wrap=True)
    healthy = True
    checks = {"test e-mail": mail.test_email} if send_test_email else checks_of(settings)
    for name, check in checks.items():
        try:
            console.print(f"[green]ok[/]    {name:<14} {escape(check(settings))}")
        except PlatformError as error:
            healthy = False
            console.print(f"[red]wrong[/] {name:<14} {escape(str(error))}")
    return healthy


def checks_of(settings: Settings) -> dict[str, Check]:
    """Return the checks of the target, by what they check."""
    machine: dict[str, Check] = {
        "Python": local.python,
        "folders": local.folders,
        "Dagster home": local.home,
        "PostgreSQL": local.postgresql,
        "source tables": local.source_tables,
        "DuckDB": local.duckdb_extension,
    }
    if settings.target == "gcp":
        # Importing Google's clients takes seconds, which the local target does not wait for.
        from ecommerce_pipeline.commands.doctor import gcp

        place: dict[str, Check] = {
            "project": gcp.project,
            "credentials": gcp.credentials,
            "bucket": gcp.bucket,
            "BigQuery jobs": gcp.jobs,
            "datasets": gcp.datasets,
            "one location": gcp.one_location,
            "Storage API": gcp.storage_api,
        }
    else:
        place = {"warehouse": local.warehouse_file}
    return {**machine, **place, "dbt": local.dbt, "UI port": local.ui_port, "alerts": mail.alerts}
