"""The steps of a run that are running, each in a thread, and the one queue of their events."""

from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final, Self

from dagster import DagsterEvent

from ecommerce_pipeline.execution.dagster_private import StepExecutionContext, dagster_event_sequence_for_step
from ecommerce_pipeline.execution.step_thread import StepThread

SECONDS_TO_WAIT: Final = 0.1
"""How long to wait for an event before checking for interrupts and for steps that can start."""


@dataclass(frozen=True)
class StepFinished:
    """The last item of a step's stream.

    Attributes:
        error: What ended the step; None if it ended by itself, which includes a failure that Dagster has recorded.
    """

    error: BaseException | None = None


StepItem = tuple[StepExecutionContext, DagsterEvent | StepFinished]
"""An event of a step, or its end."""


def run_step(context: StepExecutionContext) -> Iterator[StepItem]:
    """Run a step in this thread; yield its events, and its end last."""
    finished = StepFinished()
    try:
        for event in dagster_event_sequence_for_step(context):
            yield context, event
    except GeneratorExit:
        raise
    except BaseException as error:  # raised by the plan's execution, once all steps have ended
        finished = StepFinished(error)
    yield context, finished


class RunningSteps:
    """The steps that run in threads. Leaving the context stops them and waits for their end."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[StepItem] = SimpleQueue()
        self._threads: dict[str, StepThread] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for thread in self._threads.values():
            thread.join()

    def __bool__(self) -> bool:
        """Return whether a step is running, or has ended and its end was not taken from `items` yet."""
        return bool(self._threads)

    def start(self, context: StepExecutionContext) -> None:
        """Run a step in a thread."""

        def run() -> None:
            for item in run_step(context):
                self._queue.put(item)

        thread = self._threads[context.step.key] = StepThread(target=run, name=context.step.key)
        thread.start()

    def items(self) -> Iterator[StepItem]:
        """Yield the items in the queue; wait for the first one for `SECONDS_TO_WAIT` at most."""
        try:
            context, item = self._queue.get(timeout=SECONDS_TO_WAIT)
            while True:
                if isinstance(item, StepFinished):
                    self._threads.pop(context.step.key).join()
                yield context, item
                context, item = self._queue.get_nowait()
        except Empty:
            return

    def stop(self) -> None:
        """Stop all steps as soon as they can be stopped."""
        for thread in self._threads.values():
            thread.stop()
