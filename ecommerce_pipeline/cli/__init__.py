"""`ecommerce-pipeline`: the command line. Options and help are here; what the commands do is in `commands/`.

`build` has the commands that make, compare, show and delete data, `serve` those that check the platform or run its
servers; each registers its commands on `app`.
"""

from dotenv import load_dotenv

from ecommerce_pipeline.cli import build, serve
from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.process import configure_process
from ecommerce_pipeline.settings import PROJECT_ROOT

__all__ = ["app", "build", "main", "serve"]


def main() -> None:
    """Run the command line."""
    load_dotenv(PROJECT_ROOT / ".env")
    configure_process()
    app()
