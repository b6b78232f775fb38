"""Building the dbt models of a window: one dbt call per part of it, and one event per model and check of all parts.

A warehouse may have to replace a long window in parts, but Dagster takes one output per model and run.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetExecutionContext,
    AssetMaterialization,
    AssetObservation,
    Output,
)

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.dbt.project import RUN_RESULTS, DbtWorkspace, window_environment
from ecommerce_pipeline.resources.dbt.resource import DbtResource

Event = Output[Any] | AssetMaterialization | AssetCheckResult | AssetCheckEvaluation | AssetObservation


@dataclass(frozen=True)
class BuiltPart:
    """What one dbt call did.

    Attributes:
        window: The days that it built.
        events: What it built and checked, in order.
        costs: What each model cost, by dbt's unique id; empty if the warehouse reports no costs.
        manifest: dbt's manifest.
        target_path: The folder with the compiled SQL.
        error: dbt's errors; None if it succeeded.
    """

    window: Window | None
    events: Sequence[Event]
    costs: Mapping[str, Mapping[str, int]]
    manifest: Mapping[str, Any]
    target_path: Path
    error: str | None


def build_part(
    context: AssetExecutionContext, dbt: DbtResource, workspace: DbtWorkspace, window: Window | None
) -> BuiltPart:
    """Build and test the selected models for a window with one dbt call, and log its progress."""
    run_dir = workspace.run_dir(context.run_id)
    invocation = dbt.cli(
        ["build", "--exclude-resource-type", "unit_test", *workspace.arguments],
        environment={**workspace.environment, **window_environment(window), "RUN_ID": context.run_id},
        context=context,
        raise_on_error=False,
        target_path=run_dir,
    )
    events: list[Event] = []
    for event in invocation.stream():
        context.log.info(_progress(event))
        events.append(event)
    error = invocation.get_error()
    return BuiltPart(
        window,
        events,
        _costs(run_dir),
        invocation.manifest,
        invocation.target_path,
        _dbt_errors(str(error)) if error else None,
    )


def combined_events(parts: Sequence[BuiltPart], windows: int) -> Iterator[Event]:
    """Yield one event per model and check of the whole window.

    A model is reported as built only if every part built it: Dagster records it for all days of the run. A check is
    reported as passed only if it passed in every part, and as failed if it failed in any.

    Args:
        parts: What was built, in order; the last one may have failed.
        windows: The number of parts that make up the whole window.
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
    """Return the models that some parts of the window built and others did not, in order."""
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
    results = run_dir / RUN_RESULTS
    if not results.exists():  # dbt was killed before it wrote them
        return {}
    answers = {result["unique_id"]: result["adapter_response"] for result in json.loads(results.read_text())["results"]}
    return {
        model: {"bytes billed": int(answer["bytes_billed"]), "slot milliseconds": int(answer.get("slot_ms") or 0)}
        for model, answer in answers.items()
        if answer.get("bytes_billed") is not None
    }


def _dbt_errors(message: str) -> str:
    """Return dbt's own errors, without the command line that Dagster puts in front of them."""
    _, _, errors = message.partition("Errors parsed from dbt logs:")
    return errors.strip() or message
