"""dbt's command line as Dagster starts it: without secrets in its environment, and without two slow preliminaries."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dagster_dbt import DbtCliInvocation, DbtCliResource
from packaging.version import Version

from ecommerce_pipeline.settings.secrets import SECRETS


class DbtResource(DbtCliResource):
    """dbt's command line without our secrets, and without two things that the stock resource does before every command.

    It runs `dbt --version`, which takes seconds and queries a package index, and it opens an adapter for row counts,
    which would hold DuckDB's lock. The version is known here, and the rows are counted after dbt has finished.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def cli(self, *arguments: Any, **more: Any) -> DbtCliInvocation:
        """Start dbt without secrets in its environment."""
        with without_secrets():
            return super().cli(*arguments, **more)

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:  # noqa: ARG002 - the signature overridden
        """Open no adapter."""
        return None


def dbt_executable() -> str:
    """Return the dbt of this Python environment, whether or not it is activated: see `resources/dbt/cli.py`."""
    return str(Path(sys.executable).with_name("ecommerce-pipeline-dbt"))


@contextmanager
def without_secrets() -> Iterator[None]:
    """Remove the secrets from the environment of programs started in the block: dbt needs none of them."""
    names = [name for secret in SECRETS for name in (secret, f"{secret}_FILE")]
    removed = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(removed)
