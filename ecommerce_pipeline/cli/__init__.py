"""`ecommerce-pipeline`: the command line. Options and help are here; what the commands do is in `commands/`.

`build` has the commands that make, compare and delete data, `serve` those that show and check the platform; each
registers its commands on `app`.
"""

import sys

import typer
from dotenv import load_dotenv

from ecommerce_pipeline.cli import build, serve
from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.process import configure_process
from ecommerce_pipeline.settings import PROJECT_ROOT, SettingsError

__all__ = ["app", "build", "main", "serve"]


def main() -> None:
    """Run the command line; a PlatformError is printed as one message, without a traceback, with exit code 1."""
    load_dotenv(PROJECT_ROOT / ".env")
    configure_process()
    try:
        app()
    except (PlatformError, SettingsError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)
