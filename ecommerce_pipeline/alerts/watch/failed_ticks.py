"""Ticks of schedules and sensors that failed: what should have decided to run something could not."""

from dagster import DagsterInstance

from ecommerce_pipeline.alerts.problem import Problem, Watched
from ecommerce_pipeline.alerts.state import Position, State
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.cursors import LOOKBACK
from ecommerce_pipeline.alerts.watch.dagster_private import InstigatorState, InstigatorTick, InstigatorType, TickStatus
from ecommerce_pipeline.alerts.watch.root_cause import told

NEWEST = 20
WELL = [TickStatus.SUCCESS, TickStatus.SKIPPED]


def failed_ticks(state: State, view: View, own: str) -> list[Problem]:
    """Return a problem for each new failed tick.

    Args:
        state: Is changed.
        view: What is looked at.
        own: Name of the sensor that looks: a failure to send mail cannot be mailed.
    """
    problems = []
    for instigator in view.instance.all_instigator_state():
        if not instigator.is_running or instigator.instigator_name == own:
            continue
        stream = f"ticks of {instigator.selector_id}"
        ticks = view.instance.get_ticks(
            instigator.instigator_origin_id, instigator.selector_id, limit=NEWEST, statuses=[TickStatus.FAILURE]
        )
        after = state.positions[stream].after if stream in state.positions else None
        new = [
            tick for tick in ticks if (tick.timestamp >= view.now - LOOKBACK if after is None else tick.tick_id > after)
        ]
        state.positions[stream] = Position(after=max([after or 0, *(tick.tick_id for tick in ticks)]))
        problems += [_problem(view, instigator, tick) for tick in sorted(new, key=lambda tick: tick.tick_id)]
    return problems


def ticks_well(instance: DagsterInstance, watched: Watched) -> bool:
    """Return whether a tick since did not fail."""
    origin, _, selector = watched.name.partition(":")
    ticks = instance.get_ticks(origin, selector, limit=1, statuses=WELL)
    return any(tick.tick_id > watched.after for tick in ticks)


def _problem(view: View, instigator: InstigatorState, tick: InstigatorTick) -> Problem:
    kind = "schedule" if instigator.instigator_type == InstigatorType.SCHEDULE else "sensor"
    error = told(tick.error) if tick.error else {"error": "", "message": "its tick failed without a message"}
    return view.problem(
        [],
        id=f"tick-{instigator.selector_id[:12]}-{tick.tick_id}",
        kind="tick",
        job=f"{kind} {instigator.instigator_name}",
        errors=[{"step": "", **error}],
        seen=tick.end_timestamp or tick.timestamp,
        link=view.page(f"{kind}s", instigator.instigator_name),
        watched=(
            Watched(
                kind="tick",
                name=f"{instigator.instigator_origin_id}:{instigator.selector_id}",
                after=tick.tick_id,
            ),
        ),
    )
