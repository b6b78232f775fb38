"""`doctor`: checks what the platform stands on; each line says ok, or what is wrong and what to do.

The checks themselves are in `checks_here`, of this machine, `checks_gcp`, of Google Cloud, and `checks_mail`, of mail.
"""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.commands import checks_here as here
from ecommerce_pipeline.commands import checks_mail as mail
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
        "Python": here.python,
        "folders": here.folders,
        "Dagster home": here.home,
        "PostgreSQL": here.postgresql,
        "source tables": here.source_tables,
        "DuckDB": here.duckdb_extension,
    }
    if settings.target == "gcp":
        # Importing Google's clients takes seconds, which the local target does not wait for.
        from ecommerce_pipeline.commands import checks_gcp as gcp

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
        place = {"warehouse": here.warehouse_file}
    return {**machine, **place, "dbt": here.dbt, "UI port": here.ui_port, "alerts": mail.alerts}
