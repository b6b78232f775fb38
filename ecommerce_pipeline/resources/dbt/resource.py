"""dbt's command line as Dagster starts it: without secrets in its environment, and without two slow preliminaries."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dagster_dbt import DbtCliInvocation, DbtCliResource
from packaging.version import Version

from ecommerce_pipeline.settings.secrets import SECRETS

SECRET_VARIABLES: Final = frozenset(name for secret in SECRETS for name in (secret, f"{secret}_FILE"))
"""dbt needs none of the secrets."""


class DbtResource(DbtCliResource):
    """dbt's command line without our secrets, and without two things that the stock resource does before every command.

    It runs `dbt --version`, which takes seconds and queries a package index, and it opens an adapter for row counts,
    which would hold DuckDB's lock. The version is known here, and the rows are counted after dbt has finished.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def cli(self, *arguments: Any, environment: Mapping[str, str] | None = None, **more: Any) -> DbtCliInvocation:
        """Start dbt with additional environment variables, and without secrets."""
        with _changed_environment({**dict.fromkeys(SECRET_VARIABLES), **(environment or {})}):
            return super().cli(*arguments, **more)

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:  # noqa: ARG002 - the signature overridden
        """Open no adapter."""
        return None


def dbt_executable() -> str:
    """Return the dbt of this Python environment, whether or not it is activated: see `resources/dbt/cli.py`."""
    return str(Path(sys.executable).with_name("ecommerce-pipeline-dbt"))


def subprocess_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a dbt process: this process's without secrets, and the variables."""
    return {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES} | dict(variables)


@contextmanager
def _changed_environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set or, where the value is None, unset environment variables for programs started in the block."""
    before = {name: os.environ.get(name) for name in variables}
    _set_environment(variables)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
