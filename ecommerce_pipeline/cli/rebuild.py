"""The commands that build again what is there already, from the layer before it."""

from typing import Annotated

import typer

from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.cli.options import Json, Quiet, Verbose
from ecommerce_pipeline.commands.model_names import model_names
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.settings import Settings


@app.command()
def rebuild(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="dbt models, for example fact_refund.",
            autocompletion=model_names,
            show_default=False,
        ),
    ],
    *,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build the history of models, and all that follows from it, from staging again: after a changed definition."""
    from ecommerce_pipeline.commands.rebuild import rebuild_command

    rebuild_command(Settings.from_environment(), models, Output(json, quiet, verbose))


@app.command("rebuild-warehouse")
def rebuild_warehouse(json: Json = False, quiet: Quiet = False, verbose: Verbose = False) -> None:
    """Load staging from the lake again and build all models: for a damaged, lost or outdated warehouse."""
    from ecommerce_pipeline.commands.rebuild_warehouse import rebuild_warehouse_command

    rebuild_warehouse_command(Settings.from_environment(), Output(json, quiet, verbose))
