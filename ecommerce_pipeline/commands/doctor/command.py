"""`doctor`: checks what the platform needs; each line says ok, or what is wrong and what to do.

The checks are in `local` (this machine) and `mail`; those of lake and warehouse belong to the target.
"""

from functools import partial

from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.commands.doctor import local, mail
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import Check, target_of


def doctor_command(settings: Settings, *, send_test_email: bool = False) -> bool:
    """Print one line per check.

    Args:
        settings: The platform's settings.
        send_test_email: Send a test e-mail and check nothing else.

    Returns:
        Whether all checks are ok.
    """
    console = Console(highlight=False, soft_wrap=True)
    healthy = True
    checks = {"test e-mail": partial(mail.test_email, settings)} if send_test_email else checks_of(settings)
    for name, check in checks.items():
        try:
            console.print(f"[green]ok[/]    {name:<14} {escape(check())}")
        except PlatformError as error:
            healthy = False
            console.print(f"[red]wrong[/] {name:<14} {escape(str(error))}")
    return healthy


def checks_of(settings: Settings) -> dict[str, Check]:
    """Return the checks by what they check, in the order in which they are run."""
    return {
        "Python": local.python,
        "folders": partial(local.folders, settings),
        "Dagster home": partial(local.home, settings),
        "PostgreSQL": partial(local.postgresql, settings),
        "source tables": partial(local.source_tables, settings),
        "DuckDB": local.duckdb_extension,
        **target_of(settings).checks,
        "dbt": partial(local.dbt, settings),
        "UI port": local.ui_port,
        "alerts": partial(mail.alerts, settings),
    }
