"""The shell command that runs a failed run again."""

import shlex
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from dagster import AssetKey, DagsterRun

from ecommerce_pipeline.alerts.problem import Span
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.settings import PROJECT_ROOT

MODULE: Final = "ecommerce_pipeline.definitions"
LONGEST_SELECTION: Final = 20
"""With more assets than this, the command names the job instead of the assets."""


def rerun_command(context: WatchContext, run: DagsterRun, span: Span | None, missing: Sequence[AssetKey]) -> str:
    """Return a shell command, to be run in the project's folder.

    For a whole job and a range it is the platform's own command; for a selection of assets or another job, Dagster's.
    """
    named = not run.job_name.startswith("__") and context.repository.has_job(run.job_name)
    whole = named and not run.asset_selection and not run.op_selection
    if whole and span and missing and _are_days(span):
        return rerun_command_for_job(run.job_name, span)
    if whole and (not missing or len(missing) > LONGEST_SELECTION):
        return _dagster(context, "job", "execute", "-m", MODULE, "-j", run.job_name)
    keys = [key.to_user_string().replace('"', '\\"') for key in missing]
    if not keys:
        return ""
    partitions = []
    if span:
        same = span.first == span.last
        partitions = ["--partition", span.first] if same else ["--partition-range", f"{span.first}...{span.last}"]
    selection = " or ".join(f'key:"{key}"' for key in keys)
    return _dagster(context, "asset", "materialize", "-m", MODULE, "--select", selection, *partitions)


def rerun_command_for_job(job: str, span: Span) -> str:
    """Return the platform's own command that runs a job for a range of days."""
    return _shell([_program("ecommerce-pipeline"), "run", "--job", job, "--from", span.first, "--to", span.last])


def _are_days(span: Span) -> bool:
    try:
        return date.fromisoformat(span.first) <= date.fromisoformat(span.last)
    except ValueError:
        return False


def _dagster(context: WatchContext, *arguments: str) -> str:
    home = context.settings.dagster_home
    # Without DAGSTER_HOME, Dagster's command line would use a temporary instance, which the UI does not show.
    inside = home.is_relative_to(PROJECT_ROOT)
    prefix = f"DAGSTER_HOME=$PWD/{shlex.quote(str(home.relative_to(PROJECT_ROOT)))} " if inside else ""
    return prefix + _shell([_program("dagster"), *arguments])


def _program(name: str) -> str:
    inside = Path(sys.executable).parent == PROJECT_ROOT / ".venv" / "bin"
    return f".venv/bin/{name}" if inside else name


def _shell(arguments: Sequence[str]) -> str:
    return " ".join(shlex.quote(argument) for argument in arguments)
