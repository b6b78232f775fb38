"""The command that runs a failed run again."""

import shlex
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from dagster import AssetKey, DagsterRun

from ecommerce_pipeline.alerts.problem import Span
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.settings import PROJECT_ROOT

MODULE: Final = "ecommerce_pipeline.definitions"
LONGEST_SELECTION: Final = 20
"""Assets named one by one; more are named by what they have in common with the run: its job."""


def command_again(view: View, run: DagsterRun, span: Span | None, missing: Sequence[AssetKey]) -> str:
    """Return a shell command, to be given in the project's folder.

    A whole job for a range is the platform's own command; a selection of assets, or a job of other things, Dagster's.
    """
    named = not run.job_name.startswith("__") and view.repository.has_job(run.job_name)
    whole = named and not run.asset_selection and not run.op_selection
    if whole and span and missing and _are_days(span):
        return command_again_for(run.job_name, span)
    if whole and (not missing or len(missing) > LONGEST_SELECTION):
        return _dagster(view, "job", "execute", "-m", MODULE, "-j", run.job_name)
    keys = [key.to_user_string().replace('"', '\\"') for key in missing]
    if not keys:
        return ""
    partitions = []
    if span:
        same = span.first == span.last
        partitions = ["--partition", span.first] if same else ["--partition-range", f"{span.first}...{span.last}"]
    selection = " or ".join(f'key:"{key}"' for key in keys)
    return _dagster(view, "asset", "materialize", "-m", MODULE, "--select", selection, *partitions)


def command_again_for(job: str, span: Span) -> str:
    """Return the platform's own command that runs a job for a range of days."""
    return _shell([_program("ecommerce-pipeline"), "run", "--job", job, "--from", span.first, "--to", span.last])


def _are_days(span: Span) -> bool:
    try:
        return date.fromisoformat(span.first) <= date.fromisoformat(span.last)
    except ValueError:
        return False


def _dagster(view: View, *arguments: str) -> str:
    home = view.settings.dagster_home
    # Without its home, Dagster's command line would run in a temporary one, unseen by the UI.
    inside = home.is_relative_to(PROJECT_ROOT)
    prefix = f"DAGSTER_HOME=$PWD/{shlex.quote(str(home.relative_to(PROJECT_ROOT)))} " if inside else ""
    return prefix + _shell([_program("dagster"), *arguments])


def _program(name: str) -> str:
    inside = Path(sys.executable).parent == PROJECT_ROOT / ".venv" / "bin"
    return f".venv/bin/{name}" if inside else name


def _shell(arguments: Sequence[str]) -> str:
    return " ".join(shlex.quote(argument) for argument in arguments)
