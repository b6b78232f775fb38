"""Processes of dbt: without secrets in their environment, and started before their command is known."""

import atexit
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ecommerce_pipeline.resources.dbt.cli import AWAIT_COMMAND
from ecommerce_pipeline.settings.secrets import SECRETS

SECRET_VARIABLES: Final = frozenset(name for secret in SECRETS for name in (secret, f"{secret}_FILE"))
"""dbt needs none of the secrets."""

_started_early: list[subprocess.Popen[bytes]] = []


def dbt_executable() -> str:
    """Return the dbt of this Python environment, whether or not it is activated: see `resources/dbt/cli.py`."""
    return str(Path(sys.executable).with_name("ecommerce-pipeline-dbt"))


def subprocess_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a dbt process: this process's without secrets, and the variables."""
    return {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES} | dict(variables)


def start_early() -> None:
    """Start dbt, whose imports take seconds, for the run that this process is about to import and begin."""
    process = _start()
    _started_early.append(process)
    atexit.register(end, process)


def waiting_dbt() -> subprocess.Popen[bytes]:
    """Return a dbt that waits on its standard input for its project, then its command: see `await_command`."""
    return _started_early.pop() if _started_early else _start()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a dbt that got no command."""
    if process.poll() is None:
        process.kill()
        process.communicate()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [dbt_executable(), AWAIT_COMMAND],
        env=subprocess_environment({"PYTHONUNBUFFERED": "1"}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
