"""dbt's command line as Dagster starts it: early, and without slow preliminaries."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

from dagster import AssetExecutionContext, ConfigurableResource, InitResourceContext
from packaging.version import Version
from pydantic import PrivateAttr

from ecommerce_pipeline.resources.dbt.cli import FOLDER_VARIABLE
from ecommerce_pipeline.resources.dbt.library import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    get_updated_cli_invocation_params_for_context,
)
from ecommerce_pipeline.resources.dbt.process import end, waiting_dbt


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
        """Let dbt read the project, and wait for its command."""
        self._waiting = self._reading()

    def teardown_after_execution(self, context: InitResourceContext) -> None:  # noqa: ARG002
        """End dbt if it got no command."""
        if self._waiting:
            end(self._waiting)

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
        process, self._waiting = self._waiting or self._reading(), None
        _send(process, command)
        with suppress(BrokenPipeError):
            cast("IO[bytes]", process.stdin).close()
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

    def _reading(self) -> subprocess.Popen[bytes]:
        """Return a dbt that reads the project, and then waits for its command."""
        # dbt works in this folder, which does not exist yet where the parsed project is shared.
        Path(self.environment[FOLDER_VARIABLE]).mkdir(parents=True, exist_ok=True)
        variables = {
            "DBT_LOG_FORMAT": "json",
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DBT_PROJECT_DIR": self.project_dir,
            "DBT_PROFILES_DIR": self.project_dir,
        }
        process = waiting_dbt()
        environment = {**self.environment, **variables}
        _send(process, {"target": self.target, "parsed": self.parsed_dir, "environment": environment})
        return process


def _send(process: subprocess.Popen[bytes], message: Mapping[str, Any]) -> None:
    """Send a message to a waiting dbt; if it has ended, its exit code says why."""
    stdin = cast("IO[bytes]", process.stdin)
    with suppress(BrokenPipeError):
        stdin.write(json.dumps(message).encode() + b"\n")
        stdin.flush()
