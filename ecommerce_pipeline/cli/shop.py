"""The commands that map a shop's own tables, and make a shop to try that with."""

from pathlib import Path
from typing import Annotated

import typer

from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.cli.days import named_day
from ecommerce_pipeline.cli.options import Json, Quiet, Verbose
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings


@app.command("map")
def map_(
    *,
    pack: Annotated[
        str | None,
        typer.Option(metavar="NAME|FOLDER", help="A pack of shops/, or a folder; default: the one that fits."),
    ] = None,
    create: Annotated[bool, typer.Option("--create", help="Create the views in the schema ecommerce.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check the mapping on one day; exit code 1 if totals differ.")
    ] = False,
    day: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="With --check: the day, YYYY-MM-DD; default: the newest that is over."),
    ] = None,
    propose: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write views to begin with for a database without a pack.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Map the tables of the shop's own database: recognise the application, show the views, create and check them."""
    settings, output = Settings.from_environment(), Output(json, quiet, verbose)
    if sum([create, check, propose is not None]) > 1:
        raise PlatformError("--create, --check and --propose are different things: give one of them")
    if day and not check:
        raise PlatformError(f"--day {day} is the day of --check: add --check")
    pack = pack or settings.shop_mapping
    if propose:
        from ecommerce_pipeline.commands.map.propose import propose_command

        propose_command(settings, output, propose)
        return
    if check:
        from ecommerce_pipeline.commands.map.check import check_command

        if not check_command(settings, output, pack, named_day("--day", day) if day else None):
            raise typer.Exit(1)
    else:
        from ecommerce_pipeline.commands.map.command import map_command

        map_command(settings, output, pack, create_views=create)


@app.command("demo-shop")
def demo_shop(
    application: Annotated[str, typer.Argument(help="A folder of shops/ that has a demo, such as medusa.")],
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Fill the embedded PostgreSQL with an application's tables, to try how they are read: `make run SHOP=medusa`."""
    from ecommerce_pipeline.commands.demo_shop import demo_shop_command

    demo_shop_command(Settings.from_environment(), application, Output(json, quiet, verbose))
