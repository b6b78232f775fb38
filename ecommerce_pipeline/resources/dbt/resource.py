"""dbt's command line as Dagster starts it: early, without secrets in its environment or slow preliminaries."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Final, cast

from dagster import AssetExecutionContext, ConfigurableResource, InitResourceContext
from packaging.version import Version
from pydantic import PrivateAttr

from ecommerce_pipeline.resources.dbt.cli import AWAIT_COMMAND, FOLDER_VARIABLE
from ecommerce_pipeline.resources.dbt.library import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    get_updated_cli_invocation_params_for_context,
)
from ecommerce_pipeline.settings.secrets import SECRETS

SECRET_VARIABLES: Final = frozenset(name for secret in SECRETS for name in (secret, f"{secret}_FILE"))
"""dbt needs none of the secrets."""


class DbtResource(ConfigurableResource[None]):
    """dbt's command line, started with the run: dbt is imported, which takes seconds, while the days are loaded.

    Unlike Dagster's own resource it does not run `dbt --version`, which takes seconds and queries a package index, and
    opens no adapter for row counts, which would hold DuckDB's lock: rows are counted after dbt has finished.

    Attributes:
        project_dir: The folder of the project and its profiles.yml.
        target: The target in profiles.yml.
        parsed_dir: The folder of the parsed project.
        environment: The environment variables that the project is read with.
    """

    project_dir: str
    target: str
    parsed_dir: str
    environment: dict[str, str]
    _waiting: subprocess.Popen[bytes] | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002 - the signature overridden
        """Start dbt, which reads the project and waits for its command."""
        self._waiting = self._start()

    def teardown_after_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002
        """End dbt if it got no command."""
        if self._waiting:
            self._waiting.kill()
            self._waiting.communicate()

    def build(
        self,
        context: AssetExecutionContext,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        target_path: Path,
    ) -> DbtCliInvocation:
        """Let dbt build the models and checks that the context selects, with additional environment variables."""
        params = get_updated_cli_invocation_params_for_context(context, {}, DagsterDbtTranslator())
        project_dir = Path(params.dbt_project.project_dir if params.dbt_project else self.project_dir)
        selection = {"DBT_INDIRECT_SELECTION": params.indirect_selection} if params.indirect_selection else {}
        command = {
            "arguments": ["build", *arguments, "--target", self.target, *params.selection_args],
            "environment": {
                "DBT_LOG_PATH": str(target_path),
                "DBT_TARGET_PATH": str(target_path),
                **selection,
                **environment,
            },
        }
        process, self._waiting = self._waiting or self._start(), None
        # If it has ended, its exit code says why.
        with suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as stdin:
            stdin.write(json.dumps(command).encode() + b"\n")
        return DbtCliInvocation(
            process=process,
            manifest=params.manifest,
            dagster_dbt_translator=params.dagster_dbt_translator,
            project_dir=project_dir,
            target_path=target_path,
            raise_on_error=False,
            cli_version=Version(version("dbt-core")),
            project=params.dbt_project,
            context=context,
        )

    def _start(self) -> subprocess.Popen[bytes]:
        """Start dbt, which reads the project and waits for its command."""
        # dbt starts in this folder, which does not exist yet where the parsed project is shared.
        Path(self.environment[FOLDER_VARIABLE]).mkdir(parents=True, exist_ok=True)
        variables = {
            "PYTHONUNBUFFERED": "1",
            "DBT_LOG_FORMAT": "json",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_PROJECT_DIR": self.project_dir,
            "DBT_PROFILES_DIR": self.project_dir,
        }
        return subprocess.Popen(
            [dbt_executable(), AWAIT_COMMAND, self.target, self.parsed_dir],
            env=subprocess_environment({**self.environment, **variables}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def dbt_executable() -> str:
    """Return the dbt of this Python environment, whether or not it is activated: see `resources/dbt/cli.py`."""
    return str(Path(sys.executable).with_name("ecommerce-pipeline-dbt"))


def subprocess_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a dbt process: this process's without secrets, and the variables."""
    return {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES} | dict(variables)
