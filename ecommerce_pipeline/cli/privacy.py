"""The command that removes a person."""

from typing import Annotated

import typer

from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.cli.options import Json, Quiet, Verbose
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.settings import Settings


@app.command()
def forget(
    person: Annotated[
        str, typer.Argument(metavar="CUSTOMER|EMAIL", help="The shop's key of a customer, or an e-mail address.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what each place has, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who asked for it, for the record; default: your account.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Remove a person from lake, warehouse, logs, mails and pages, for good; sums stay. Asks first."""
    from ecommerce_pipeline.commands.forget import forget_command

    forget_command(
        Settings.from_environment(), person, Output(json, quiet, verbose), dry_run=dry_run, ask=not yes, by=by
    )
