"""`ecommerce-pipeline`: the command line. Options and help are here; what the commands do is in `commands/`.

`build` has the commands that make, compare, show and delete data, `metrics` those that answer questions, `privacy`
the one that removes a person, `rebuild` those that build again, `shop` the one that maps a shop's own tables, `serve`
those that check the platform or run its servers; each registers them on `app`.
"""

import locale
import os
import sys

from ecommerce_pipeline.cli import build, metrics, privacy, rebuild, serve, shop
from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.process import configure_process

__all__ = ["app", "build", "main", "metrics", "privacy", "rebuild", "serve", "shop"]


def main() -> None:
    """Run the command line."""
    _use_utf8()
    configure_process()
    app()


def _use_utf8() -> None:
    """Start this process again in UTF-8 mode if the locale has another encoding, such as ISO-8859-1.

    In such a locale, DuckDB and dbt cannot open a folder whose name has letters that are not in ASCII.
    """
    other = locale.getencoding().lower() not in {"utf-8", "utf8"} and not sys.flags.utf8_mode
    if other and "PYTHONUTF8" not in os.environ:
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - an argument list, no shell
