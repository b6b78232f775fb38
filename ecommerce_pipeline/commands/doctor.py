"""`doctor`: checks what the platform stands on; each line says ok, or what is wrong and what to do.

The checks themselves are in `checks_here`, of this machine, and `checks_gcp`, of Google Cloud.
"""

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.commands import checks_here as here
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings

Check = Callable[[Settings], str]


def doctor_command(settings: Settings) -> bool:
    """Print one line per check.

    Returns:
        Whether all checks are ok.
    """
    console = Console(highlight=False, soft_wrap=True)
    healthy = True
    for name, check in checks_of(settings).items():
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
    return {**machine, **place, "dbt": here.dbt, "UI port": here.ui_port}
