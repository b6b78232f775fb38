"""`ecommerce-pipeline`: the command line. Options and help are here; what the commands do is in `commands/`.

`build` has the commands that make, compare, show and delete data, `rebuild` those that build it again, `serve`
those that check the platform or run its servers; each registers its commands on `app`.
"""

from ecommerce_pipeline.cli import build, rebuild, serve
from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.process import configure_process

__all__ = ["app", "build", "main", "rebuild", "serve"]


def main() -> None:
    """Run the command line."""
    configure_process()
    app()
