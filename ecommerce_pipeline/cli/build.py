"""The commands that make, compare, show and delete data."""

from typing import Annotated

import typer

from ecommerce_pipeline.automation.steps import EVERYTHING, STEPS, WITH_DBT, job_names
from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.cli.days import Named, requested_run
from ecommerce_pipeline.cli.options import Exact, FirstDay, Json, LastDay, Quiet, TheseDays, Verbose
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.dbt.process import start_early
from ecommerce_pipeline.settings import Settings


@app.command()
def run(
    *,
    from_: FirstDay = None,
    to: LastDay = None,
    days: TheseDays = None,
    job: Annotated[
        str, typer.Option(help=f"The step to run: {', '.join(STEPS)}, or {EVERYTHING}.", autocompletion=job_names)
    ] = EVERYTHING,
    select: Annotated[
        str | None,
        typer.Option(
            metavar="ASSETS",
            help="Assets to run instead of a job, in Dagster's syntax: 'key:\"lake/refunds\"+', one and what follows.",
        ),
    ] = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only the days that have changed in the source.")] = False,
    exact: Exact = False,
    only: Annotated[
        bool, typer.Option("--only", help="Only these days; none that have changed in the source.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Materialize the graph for days in one run; days can be run in any order and repeated."""
    settings = Settings.from_environment()
    request = requested_run(settings, Named(from_, to, days), changed=changed, exact=exact, only=only)
    if request.days and job in WITH_DBT and not select:
        start_early()

    from ecommerce_pipeline.commands.run import run_command

    run_command(settings, request, job, select, Output(json, quiet, verbose))


@app.command()
def changes(*, exact: Exact = False, json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """List the days that have changed in the source since they were loaded, and why; `run --changed` builds them."""
    from ecommerce_pipeline.commands.changes import changes_command

    changes_command(Settings.from_environment(), Output(json, quiet, verbose), exact=exact)


@app.command()
def status(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Show what is materialized: tables, rows and days of each layer, and the revenue in the marts."""
    from ecommerce_pipeline.commands.status import status_command

    status_command(Settings.from_environment(), Output(json, quiet, verbose))


@app.command()
def verify(
    *,
    from_: FirstDay = None,
    to: LastDay = None,
    days: TheseDays = None,
    forgotten: Annotated[
        bool,
        typer.Option("--forgotten", help="Search every file, table, log and page for persons who were forgotten."),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compare the rows of days in every layer, to the cent; prints each difference, with exit code 1."""
    settings = Settings.from_environment()
    if forgotten:
        if from_ or to or days:
            raise PlatformError("--forgotten searches all days: leave --from, --to and --days out")
        from ecommerce_pipeline.commands.forget import verify_forgotten_command

        if not verify_forgotten_command(settings, Output(json, quiet, verbose)):
            raise typer.Exit(1)
        return
    requested = requested_run(settings, Named(from_, to, days), changed=False, exact=False, only=True)

    from ecommerce_pipeline.commands.verify import verify_command

    if not verify_command(settings, requested, Output(json, quiet, verbose)):
        raise typer.Exit(1)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete all data on this machine: embedded database, lake, warehouse, run history. Asks first."""
    from ecommerce_pipeline.commands.reset import reset_command

    reset_command(Settings.from_environment(), ask=not yes)
