"""`dev`: the Dagster UI with its daemon, by Dagster's own command, which replaces this process."""

import os
import sys
from pathlib import Path
from typing import Final

import typer

from ecommerce_pipeline.instance.dead_runs import end_dead_runs
from ecommerce_pipeline.instance.holders import describe_run
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.settings import BASE_DIR, Settings
from ecommerce_pipeline.settings.places import IS_CHECKOUT

WORKSPACE: Final = Path(__file__).parents[1] / "instance" / "workspace.yaml"


def dev_command(settings: Settings, host: str | None, port: int | None) -> None:
    """End the runs whose process is gone, and start the UI in place of this process."""
    with open_instance(settings) as instance:
        for run in end_dead_runs(instance):
            typer.echo(f"ended {describe_run(instance, run)}, whose process was gone")
    # A code server of Dagster may start in another folder.
    os.environ["DATA_DIR"] = str(settings.data_dir.resolve())
    # `dagster dev` warns that `dg dev` has superseded it.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command` is superseded")
    os.chdir(BASE_DIR)
    command = dagster_command(host, port, checkout=IS_CHECKOUT)
    os.execv(command[0], command)  # noqa: S606 - an argument list, no shell


def dagster_command(host: str | None, port: int | None, *, checkout: bool) -> list[str]:
    """Return Dagster's command: `dg` in a checkout; elsewhere `dagster`, as `dg` needs the project's pyproject.toml."""
    program, *arguments = ["dg", "dev"] if checkout else ["dagster", "dev", "--workspace", str(WORKSPACE)]
    options = {"--host": host, "--port": port}
    given = [part for option, value in options.items() if value is not None for part in (option, str(value))]
    return [str(Path(sys.executable).with_name(program)), *arguments, *given]
