"""Who holds the slots of a pool: the step, its run, since when, and whether the run's process lives."""

import time
from collections.abc import Iterator

from dagster import DagsterEventType, DagsterInstance, DagsterRun

from ecommerce_pipeline.instance.run_process import process_of
from ecommerce_pipeline.instance.run_tags import days_of_tags


def holders(instance: DagsterInstance, pool: str) -> Iterator[tuple[str, str]]:
    """Yield the id of the run and the description of each step that holds a slot of a pool."""
    for slot in instance.event_log_storage.get_concurrency_info(pool).claimed_slots:
        run = instance.get_run_by_id(slot.run_id)
        if run is None:
            yield slot.run_id, f"run {slot.run_id[:8]}, which was deleted"
            continue
        step = slot.step_key.replace("__", "/")
        yield slot.run_id, f"{step} of {describe_run(instance, run)}{_since(instance, run, slot.step_key)}"


def describe_run(instance: DagsterInstance, run: DagsterRun) -> str:
    """Return a run as people know it: its job, its days and its process."""
    days = days_of_tags(run.tags)
    shown = days.summary if days else ""
    process = process_of(instance, run.run_id)
    if process is None:
        state = run.status.value.lower()
    else:
        state = f"{process}, which {'is running' if process.alive else 'was killed'}"
    return f"run {run.run_id[:8]} ({', '.join(part for part in (run.job_name, shown, state) if part)})"


def _since(instance: DagsterInstance, run: DagsterRun, step_key: str) -> str:
    records = instance.get_records_for_run(run.run_id, of_type=DagsterEventType.STEP_START).records
    started = [record.timestamp for record in records if record.event_log_entry.step_key == step_key]
    return f", started {time.time() - started[-1]:,.0f} s ago" if started else ""
