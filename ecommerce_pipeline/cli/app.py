"""The Typer application that the modules of this folder register their commands on, and how a command fails."""

import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.models import CommandFunctionType

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import explained
from ecommerce_pipeline.settings import SettingsError
from ecommerce_pipeline.settings.environment_file import load_environment_file, warn_of_misspelt_variables


class Command(TyperCommand):
    """A command that reports an error as one message, without a stack trace, with exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command, with the settings in `.env`."""
        try:
            for warning in load_environment_file():
                typer.secho(f"warning: {warning}", err=True, fg=typer.colors.YELLOW)
            warn_of_misspelt_variables()
            return super().invoke(ctx)
        except Exception as error:
            cause = error if isinstance(error, SettingsError) else explained(error)
            if cause is None:
                raise
            message = str(cause)
            if ctx.params.get("verbose"):
                traceback.print_exc()
            Output(json=ctx.params.get("json", False)).document(ok=False, error=message)
            typer.secho(f"error: {message}", err=True, fg=typer.colors.RED)
            sys.exit(1)


class Application(typer.Typer):
    """Typer's application, whose commands are a `Command`."""

    def command(
        self, name: str | None = None, *, cls: type[TyperCommand] | None = Command, **options: Any
    ) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """Register a command."""
        return super().command(name, cls=cls, **options)


app = Application(
    help="An e-commerce data platform: PostgreSQL, a Parquet lake, a warehouse and dbt marts in one Dagster graph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Boxes are for people; a pipe gets plain text.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ecommerce-pipeline {version('ecommerce-pipeline')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself."""
