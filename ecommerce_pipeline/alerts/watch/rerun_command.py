"""The shell command that remedies a failed run: it builds what the message says must be built, and what follows."""

import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from dagster import AssetKey, DagsterRun

from ecommerce_pipeline.alerts.problem import Span
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import BASE_DIR

MODULE: Final = "ecommerce_pipeline.definitions"
LONGEST_SELECTION: Final = 20
"""With more assets than this, the command names the job, or the assets' groups, instead of the assets."""
_ASSET: Final = re.compile(r"\b\w+/\w+\b")
_REBUILD: Final = re.compile(r"`ecommerce-pipeline (rebuild(?:-warehouse| [\w ]+))`")
_JOB: Final = re.compile(r"run --job (\w+)")


def rerun_command(
    context: WatchContext, run: DagsterRun, span: Span | None, missing: Sequence[AssetKey], reasons: Sequence[str] = ()
) -> str:
    """Return a shell command, to be run in the project's folder.

    For a range of days it is the platform's own command, for a job or for assets and what follows them; otherwise
    Dagster's. Of a rebuild, and where a table must be rebuilt, it is that command.

    Args:
        context: What to read.
        run: The run that failed.
        span: Its partitions.
        missing: The assets that it did not build, or whose checks failed.
        reasons: Why; assets and jobs that the remedy in such a message names are run too.
    """
    if rebuild := run.tags.get(REBUILD_TAG) or _rebuild(reasons):
        return _shell([_program("ecommerce-pipeline"), *rebuild.split()])
    remedies = _remedies(context, missing, reasons)
    named = not run.job_name.startswith("__") and context.repository.has_job(run.job_name)
    whole = named and not run.asset_selection and not run.op_selection
    if span and missing and _are_days(span):
        if whole and remedies <= set(context.repository.get_job(run.job_name).asset_layer.executable_asset_keys):
            return rerun_command_for_job(run.job_name, span)
        first = _first_of(context, _with_never_built(context, remedies | set(missing)))
        names = [f'key:"{key.to_user_string()}"' for key in first]
        if len(names) > LONGEST_SELECTION:
            names = sorted({f'group:"{key.path[0]}"' for key in first})
        selection = " or ".join(f"{name}+" for name in names)
        return _shell([_program("ecommerce-pipeline"), "run", "--select", selection, *_days(span)])
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


def _rebuild(reasons: Iterable[str]) -> str:
    """Return the command by which the messages say that tables must be rebuilt; empty if none does."""
    return next((found[1] for reason in reasons if (found := _REBUILD.search(reason))), "")


def rerun_command_for_job(job: str, span: Span) -> str:
    """Return the platform's own command that runs a job for a range of days."""
    return _shell([_program("ecommerce-pipeline"), "run", "--job", job, *_days(span)])


def _remedies(context: WatchContext, missing: Sequence[AssetKey], reasons: Iterable[str]) -> set[AssetKey]:
    """Return the assets that the messages say must be materialized, directly or by a job, before the missing ones."""
    graph, repository = context.repository.asset_graph, context.repository
    found: set[AssetKey] = set()
    for reason in reasons:
        _, _, remedy = reason.partition("aterialize ")
        found |= {AssetKey.from_user_string(name) for name in _ASSET.findall(remedy)}
        for job in _JOB.findall(remedy):
            if repository.has_job(job):
                found.update(repository.get_job(job).asset_layer.executable_asset_keys)
    known = [key for key in missing if graph.has(key)]
    return found & {key for one in known for key in (one, *graph.get_ancestor_asset_keys(one))}


def _with_never_built(context: WatchContext, keys: set[AssetKey]) -> set[AssetKey]:
    """Return the keys, and the assets without a materialization that what follows them reads, such as the calendar."""
    graph = context.repository.asset_graph
    built = {key for key in keys if graph.has(key)}
    pending = list(built)
    while pending:
        following = graph.get(pending.pop()).child_keys - built
        built |= following
        pending += following
    found: set[AssetKey] = set()
    pending = list(built)
    while pending:
        for key in graph.get(pending.pop()).parent_keys - built - found:
            if graph.get(key).is_executable and context.instance.get_latest_materialization_event(key) is None:
                found.add(key)
                pending.append(key)
    return keys | found


def _first_of(context: WatchContext, keys: set[AssetKey]) -> list[AssetKey]:
    """Return the keys that do not follow another one of them."""
    graph = context.repository.asset_graph
    return sorted(key for key in keys if not graph.has(key) or not graph.get_ancestor_asset_keys(key) & keys)


def _are_days(span: Span) -> bool:
    try:
        return date.fromisoformat(span.first) <= date.fromisoformat(span.last)
    except ValueError:
        return False


def _days(span: Span) -> list[str]:
    return (Days.parse(span.days) if span.days else Days.of_keys(span.first, span.last)).options


def _dagster(context: WatchContext, *arguments: str) -> str:
    home = context.settings.dagster_home
    # Without DAGSTER_HOME, Dagster's command line would use a temporary instance, which the UI does not show.
    inside = home.is_relative_to(BASE_DIR)
    prefix = f"DAGSTER_HOME=$PWD/{shlex.quote(str(home.relative_to(BASE_DIR)))} " if inside else ""
    return prefix + _shell([_program("dagster"), *arguments])


def _program(name: str) -> str:
    inside = Path(sys.executable).parent == BASE_DIR / ".venv" / "bin"
    return f".venv/bin/{name}" if inside else name


def _shell(arguments: Sequence[str]) -> str:
    return " ".join(shlex.quote(argument) for argument in arguments)
