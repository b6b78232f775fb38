"""Building the dbt models of days: one dbt call per part of them, and one event per model and check of all parts.

A warehouse may have to replace many days in parts, but Dagster takes one output per model and run.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetExecutionContext,
    AssetMaterialization,
    AssetObservation,
    Output,
)

from ecommerce_pipeline.assets.column_lineage import column_lineage
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.cli import WAIT_EVENT
from ecommerce_pipeline.resources.dbt.errors import dbt_error
from ecommerce_pipeline.resources.dbt.library import DbtCliEventMessage, DbtCliInvocation
from ecommerce_pipeline.resources.dbt.project import LOG, DbtWorkspace, days_environment, run_results
from ecommerce_pipeline.resources.dbt.resource import DbtResource

Event = Output[Any] | AssetMaterialization | AssetCheckResult | AssetCheckEvaluation | AssetObservation


@dataclass(frozen=True)
class BuiltPart:
    """What one dbt call did.

    Attributes:
        days: The days that it built.
        events: What it built and checked, in order.
        costs: What each model cost, by dbt's unique id; empty if the warehouse reports no costs.
        manifest: dbt's manifest.
        error: Why dbt failed; None if it succeeded.
    """

    days: Days | None
    events: Sequence[Event]
    costs: Mapping[str, Mapping[str, int]]
    manifest: Mapping[str, Any]
    error: PlatformError | None


def build_part(
    context: AssetExecutionContext, dbt: DbtResource, workspace: DbtWorkspace, days: Days | None
) -> BuiltPart:
    """Build and test the selected models for days with one dbt call, and log its progress.

    Raises:
        NotBuiltError: There is no warehouse.
    """
    run_dir = workspace.run_dir(context.run_id)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    of_run = {"RUN_ID": context.run_id, "RUN_TIME": started, "REBUILD": str(REBUILD_TAG in context.run.tags)}
    # The log is written by this process. DuckDB reports no costs, which dbt's results are read for.
    files = {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": str(workspace.warehouse_file is None)}
    environment = {**workspace.connected_environment, **days_environment(days), **of_run, **files}
    workspace.release_warehouse()
    invocation = dbt.build(context, ["--exclude-resource-type", "unit_test"], environment, run_dir)
    # Deleting their hundreds of files takes a second; dbt works meanwhile.
    Thread(target=workspace.remove_old_runs, name="remove-old-runs", daemon=True).start()
    events: list[Event] = []
    errors: list[str] = []
    for message in _logged(invocation.stream_raw_events(), run_dir / LOG):
        if message.raw_event["info"]["level"] == "error":
            errors.append(str(message))
        elif message.raw_event["info"]["name"] == WAIT_EVENT:
            context.log.warning(str(message))
        for event in _dagster_events(message, invocation):
            context.log.info(_progress(event))
            # Now, while dbt builds the next models.
            events.append(_with_lineage(event, invocation, workspace) if isinstance(event, Output) else event)
    succeeded = invocation.is_successful()
    failed = f"dbt could not build the models for {days.summary if days else 'all days'}"
    code = invocation.process.returncode
    error = None if succeeded else dbt_error(failed, "\n\n".join(errors), code, run_dir, workspace.warehouse_file)
    return BuiltPart(days, events, _costs(run_dir), invocation.manifest, error)


def _logged(messages: Iterator[DbtCliEventMessage], file: Path) -> Iterator[DbtCliEventMessage]:
    """Write messages to a log: dbt would serialize each a second time. That the disk is full, dbt itself reports."""
    for message in messages:
        with suppress(OSError), file.open("a") as log:
            log.write(f"{json.dumps(message.raw_event)}\n")
        yield message


def _dagster_events(message: DbtCliEventMessage, invocation: DbtCliInvocation) -> Iterator[Event]:
    """Yield the events of one of dbt's messages, but none of a test that could not run: it is no failed check."""
    if message.raw_event["data"].get("node_info", {}).get("node_status") != "error":
        yield from message.to_default_asset_events(
            manifest=invocation.manifest,
            dagster_dbt_translator=invocation.dagster_dbt_translator,
            context=invocation.context,
            target_path=invocation.target_path,
            project=invocation.project,
        )


def _with_lineage(event: Output[Any], invocation: DbtCliInvocation, workspace: DbtWorkspace) -> Output[Any]:
    unique_id = str(event.metadata["unique_id"].value)
    lineage = column_lineage(invocation.manifest, unique_id, invocation.target_path, workspace.lineage_dir)
    return event.with_metadata({**event.metadata, **lineage})


def combined_events(parts: Sequence[BuiltPart], windows: int) -> Iterator[Event]:
    """Yield one event per model and check of all the days.

    A model is reported as built only if every part built it: Dagster records it for all days of the run. A check is
    reported as passed only if it passed in every part, and as failed if it failed in any.

    Args:
        parts: What was built, in order; the last one may have failed.
        windows: The number of parts that were to be built.
    """
    by_subject: dict[object, list[Event]] = defaultdict(list)
    for part in parts:
        for event in part.events:
            by_subject[_subject(event)].append(event)
    for events in by_subject.values():
        failed = [event for event in events if not getattr(event, "passed", True)]
        if failed:
            yield failed[-1]
        elif len(events) == windows or isinstance(events[-1], AssetObservation):
            yield events[-1]


def partly_built(parts: Sequence[BuiltPart], windows: int) -> list[str]:
    """Return the models that some parts of the days built and others did not, in order."""
    counts: dict[str, int] = defaultdict(int)
    for part in parts:
        for event in part.events:
            if isinstance(event, Output):
                counts[_model(event)] += 1
    return [model for model, count in counts.items() if count < windows]


def total_costs(parts: Sequence[BuiltPart]) -> dict[str, dict[str, int]]:
    """Return what each model cost in all parts together, by dbt's unique id."""
    total: dict[str, dict[str, int]] = defaultdict(dict)
    for part in parts:
        for model, costs in part.costs.items():
            for unit, amount in costs.items():
                total[model][unit] = total[model].get(unit, 0) + amount
    return total


def _subject(event: Event) -> object:
    """Return what names an event's model or check in every part."""
    match event:
        case Output():
            return event.output_name
        case AssetCheckResult() | AssetCheckEvaluation():
            return event.asset_key, event.check_name
    return id(event)


def _model(output: Output[Any]) -> str:
    return output.output_name.replace("__", "/")


def _progress(event: Event) -> str:
    match event:
        case Output():
            return f"built {_model(event)}"
        case AssetCheckResult():
            name = f"{event.asset_key and event.asset_key.to_user_string()}: {event.check_name}"
            return f"checked {name}: {'passed' if event.passed else 'FAILED'}"
    return str(event)


def _costs(run_dir: Path) -> dict[str, dict[str, int]]:
    answers = {result["unique_id"]: result["adapter_response"] for result in run_results(run_dir)}
    return {
        model: {"bytes billed": int(answer["bytes_billed"]), "slot milliseconds": int(answer.get("slot_ms") or 0)}
        for model, answer in answers.items()
        if answer.get("bytes_billed") is not None
    }
