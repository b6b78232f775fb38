"""`doctor`: checks what the platform needs; each line says ok, or what is wrong and what to do.

The checks are in `local` (this machine), `runs` and `mail`; those of lake and warehouse belong to the target.
"""

from functools import partial

from rich.markup import escape

from ecommerce_pipeline.commands.doctor import local, mail, runs
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import explained
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import Check, target_of


def doctor_command(settings: Settings, output: Output, *, send_test_email: bool = False) -> bool:
    """Print one line per check.

    Args:
        settings: The platform's settings.
        output: Where to report.
        send_test_email: Send a test e-mail and check nothing else.

    Returns:
        Whether all checks are ok.
    """
    checks = {"test e-mail": partial(mail.test_email, settings)} if send_test_email else checks_of(settings)
    results = []
    for name, check in checks.items():
        try:
            message, ok = check(), True
            output.console.print(f"[green]ok[/]    {name:<14} {escape(message)}", soft_wrap=True)
        except Exception as error:
            cause = explained(error)
            if cause is None:
                raise
            message, ok = str(cause), False
            output.errors.print(f"[red]wrong[/] {name:<14} {escape(message)}", soft_wrap=True)
        results.append({"name": name, "ok": ok, "message": message})
    healthy = all(result["ok"] for result in results)
    output.document(ok=healthy, checks=results)
    return healthy


def checks_of(settings: Settings) -> dict[str, Check]:
    """Return the checks by what they check, in the order in which they are run."""
    return {
        "Python": local.python,
        "folders": partial(local.folders, settings),
        "Dagster home": partial(local.home, settings),
        "runs": partial(runs.runs, settings),
        "PostgreSQL": partial(local.postgresql, settings),
        "source tables": partial(local.source_tables, settings),
        "source indexes": partial(local.source_indexes, settings),
        "settings": partial(local.settings_of_rows, settings),
        "guests": partial(local.guests, settings),
        "DuckDB": local.duckdb_extension,
        **target_of(settings).checks,
        "dbt": partial(local.dbt, settings),
        "UI port": local.ui_port,
        "alerts": partial(mail.alerts, settings),
    }
