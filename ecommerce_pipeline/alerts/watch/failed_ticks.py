"""Failed ticks of schedules and sensors."""

from dagster import DagsterInstance

from ecommerce_pipeline.alerts.problem import Problem, RecoveryCondition
from ecommerce_pipeline.alerts.state import Cursor, State
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.cursors import LOOKBACK
from ecommerce_pipeline.alerts.watch.dagster_private import InstigatorState, InstigatorTick, InstigatorType, TickStatus
from ecommerce_pipeline.alerts.watch.root_cause import error_details

NEWEST = 20
SUCCEEDED = [TickStatus.SUCCESS, TickStatus.SKIPPED]


def failed_ticks(state: State, context: WatchContext, own: str) -> list[Problem]:
    """Return a problem for each new failed tick.

    Args:
        state: Is changed.
        context: What to read.
        own: Name of the alerts sensor: its own failure cannot be emailed.
    """
    problems = []
    for instigator in context.instance.all_instigator_state():
        if not instigator.is_running or instigator.instigator_name == own:
            continue
        stream = f"ticks of {instigator.selector_id}"
        ticks = context.instance.get_ticks(
            instigator.instigator_origin_id, instigator.selector_id, limit=NEWEST, statuses=[TickStatus.FAILURE]
        )
        after = state.cursors[stream].after if stream in state.cursors else None
        new = [
            tick
            for tick in ticks
            if (tick.timestamp >= context.now - LOOKBACK if after is None else tick.tick_id > after)
        ]
        state.cursors[stream] = Cursor(after=max([after or 0, *(tick.tick_id for tick in ticks)]))
        problems += [_problem(context, instigator, tick) for tick in sorted(new, key=lambda tick: tick.tick_id)]
    return problems


def has_ticked(instance: DagsterInstance, condition: RecoveryCondition) -> bool:
    """Return whether a tick has succeeded since."""
    origin, _, selector = condition.name.partition(":")
    ticks = instance.get_ticks(origin, selector, limit=1, statuses=SUCCEEDED)
    return any(tick.tick_id > condition.after for tick in ticks)


def _problem(context: WatchContext, instigator: InstigatorState, tick: InstigatorTick) -> Problem:
    kind = "schedule" if instigator.instigator_type == InstigatorType.SCHEDULE else "sensor"
    error = error_details(tick.error) if tick.error else {"error": "", "message": "it failed without a message"}
    return context.problem(
        [],
        id=f"tick-{instigator.selector_id[:12]}-{tick.tick_id}",
        kind="tick",
        job=f"{kind} {instigator.instigator_name}",
        errors=[{"step": "", **error}],
        seen=tick.end_timestamp or tick.timestamp,
        link=context.page(f"{kind}s", instigator.instigator_name),
        recovery_conditions=(
            RecoveryCondition(
                kind="tick",
                name=f"{instigator.instigator_origin_id}:{instigator.selector_id}",
                after=tick.tick_id,
            ),
        ),
    )
