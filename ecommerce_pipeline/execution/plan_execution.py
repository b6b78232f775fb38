"""The order in which the steps of a plan run: which start now, and what the end of one means for the others."""

from collections import defaultdict
from collections.abc import Iterator

from dagster import DagsterEvent, DagsterExecutionInterruptedError

from ecommerce_pipeline.execution.dagster_private import (
    ActiveExecution,
    PlanExecutionContext,
    StepExecutionContext,
    trigger_hooks,
)
from ecommerce_pipeline.execution.exact_days import restrict_to_days
from ecommerce_pipeline.execution.running_steps import RunningSteps, StepFinished, StepItem, run_step
from ecommerce_pipeline.instance.run_tags import DAYS_TAG, days_of_tags


class PlanExecution:
    """One execution of a plan."""

    def __init__(self, job_context: PlanExecutionContext, active: ActiveExecution, running: RunningSteps) -> None:
        self._job_context = job_context
        self._active = active
        self._running = running
        self._events: dict[str, list[DagsterEvent]] = defaultdict(list)
        self._error: BaseException | None = None
        tags = job_context.dagster_run.tags
        self._days = days_of_tags(tags) if DAYS_TAG in tags else None

    def events(self) -> Iterator[DagsterEvent]:
        """Run the steps, each as soon as those before it have ended, and yield the events.

        Raises:
            DagsterExecutionInterruptedError: The run was interrupted; all steps have ended.
        """
        while self._running or not (self._error or self._active.is_complete):
            if self._active.check_for_interrupts():
                self._active.mark_interrupted()
                self._error = DagsterExecutionInterruptedError()
            if self._error:
                self._running.stop()
            items = self._running.items() if self._error else self._start_ready_steps()
            yield from self._active.concurrency_event_iterator(self._job_context)
            for context, item in items:
                if isinstance(item, StepFinished):
                    yield from self._finish(context, item)
                else:
                    self._events[context.step.key].append(item)
                    yield item
                    self._active.handle_event(item)
        if self._error:
            raise self._error

    def _start_ready_steps(self) -> Iterator[StepItem]:
        """Start the steps that can start, and return the items to handle."""
        state = self._active.get_known_state()
        ready = [self._job_context.for_step(step, state) for step in self._active.get_steps_to_execute()]
        if self._days:
            for context in ready:
                restrict_to_days(context, self._days)
        # Python delivers signals to the main thread: a step there can be interrupted whatever it waits for.
        if len(ready) == 1 and not self._running and not self._active.sleep_interval():  # type: ignore[no-untyped-call]
            return run_step(ready[0])
        for context in ready:
            self._running.start(context)
        return self._running.items()

    def _finish(self, context: StepExecutionContext, finished: StepFinished) -> Iterator[DagsterEvent]:
        key = context.step.key
        self._error = self._error or finished.error
        self._active.verify_complete(self._job_context, key)
        events = self._events.pop(key, [])
        for skipped in self._active.plan_events_iterator(self._job_context):
            events.append(skipped)
            yield skipped
        yield from trigger_hooks(context, events)
