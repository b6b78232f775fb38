"""The executor of runs: independent steps side by side, each in a thread of the run's one process.

Dagster has one that starts a process for each step, which costs seconds of imports, and one that runs step after step.
What a step waits for, PostgreSQL, DuckDB, Arrow or Google, works without Python's lock: threads use all processors.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any, Final, Self, cast

from dagster import (
    DagsterEvent,
    DagsterExecutionInterruptedError,
    DagsterInvariantViolationError,
    Executor,
    ExecutorDefinition,
    Field,
    InitExecutorContext,
    Int,
    executor,
)
from dagster._core.events import EngineEventData
from dagster._core.execution.api import ExecuteRunWithPlanIterable
from dagster._core.execution.compute_logs import create_compute_log_file_key
from dagster._core.execution.context.system import PlanExecutionContext, PlanOrchestrationContext, StepExecutionContext
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.execute_plan import (
    _handle_compute_log_setup_error,
    _handle_compute_log_teardown_error,
    _trigger_hook,
    dagster_event_sequence_for_step,
)
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode, get_retries_config

from ecommerce_pipeline.execution.step_thread import StepThread

SECONDS_TO_LISTEN: Final = 0.1
"""So long the news of steps are awaited before a look whether the run is to end, or another step can begin."""


def multithread_executor(at_once: int) -> ExecutorDefinition:
    """Return the executor; pools and retries hold as with Dagster's own ones.

    Args:
        at_once: Most steps at the same time, unless a run's configuration says otherwise (`max_concurrent`).
    """

    @executor(
        name="multithread",
        config_schema={
            "retries": get_retries_config(),  # type: ignore[no-untyped-call]
            "max_concurrent": Field(Int, default_value=at_once, description="Most steps at the same time."),
        },
    )
    def multithread(context: InitExecutorContext) -> Executor:
        """Execute independent steps side by side in threads of one process."""
        config = cast(dict[str, Any], context.executor_config)
        if config["max_concurrent"] < 1:
            raise DagsterInvariantViolationError(
                f"max_concurrent: {config['max_concurrent']} steps cannot run; give 1 or more"
            )
        return MultithreadExecutor(
            RetryMode.from_config(config["retries"]) or RetryMode.ENABLED, config["max_concurrent"]
        )

    return multithread


class MultithreadExecutor(Executor):
    """See `multithread_executor`. A step that has nothing beside it runs in the main thread."""

    def __init__(self, retries: RetryMode, max_concurrent: int) -> None:
        self._retries = retries
        self._max_concurrent = max_concurrent

    @property
    def retries(self) -> RetryMode:
        """Whether steps that ask for it run again."""
        return self._retries

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Run the plan's steps and yield what happens."""
        data = EngineEventData.in_process(os.getpid(), execution_plan.step_keys_to_execute)
        message = f"Executing steps in threads of one process (pid: {os.getpid()})"
        yield DagsterEvent.engine_event(plan_context, message, event_specific_data=data)
        yield from ExecuteRunWithPlanIterable(
            execution_plan=execution_plan,
            iterator=self._steps,
            execution_context_manager=PlanExecutionContextManager(
                job=plan_context.job,
                retry_mode=plan_context.retry_mode,
                execution_plan=execution_plan,
                run_config=plan_context.run_config,
                dagster_run=plan_context.dagster_run,
                instance=plan_context.instance,
                raise_on_error=plan_context.raise_on_error,
                output_capture=plan_context.output_capture,
            ),
        )

    def _steps(self, job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        with ExitStack() as stack:
            active = stack.enter_context(
                execution_plan.start(
                    retry_mode=job_context.retry_mode,
                    max_concurrent=self._max_concurrent,
                    instance_concurrency_context=stack.enter_context(
                        _Slots(job_context.instance, job_context.dagster_run)
                    ),
                )
            )
            captured = stack.enter_context(ExitStack())
            yield from _capture_logs(job_context, execution_plan, captured)
            yield from _Execution(job_context, active, stack.enter_context(_Threads())).events()
            try:
                captured.close()
            except Exception:
                yield from _handle_compute_log_teardown_error(job_context, sys.exc_info())


def _capture_logs(
    job_context: PlanExecutionContext, execution_plan: ExecutionPlan, captured: ExitStack
) -> Iterator[DagsterEvent]:
    """Keep what the process prints; where it cannot be kept, that is said and the run goes on."""
    logs = job_context.instance.compute_log_manager
    log_key = logs.build_log_key_for_run(job_context.run_id, create_compute_log_file_key())  # type: ignore[no-untyped-call]
    keys = [step.key for step in execution_plan.get_steps_to_execute_in_topo_order()]
    try:
        where = captured.enter_context(logs.capture_logs(log_key))
        yield DagsterEvent.capture_logs(job_context, keys, log_key, where)
    except Exception:
        yield from _handle_compute_log_setup_error(job_context, sys.exc_info())


class _Slots(InstanceConcurrencyContext):
    """The places in pools that steps of this run hold.

    Who finds a pool full asks again after a second or more. That none is free while this run itself holds them all
    needs no question.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._held: dict[str, str] = {}

    def claim(self, concurrency_key: str, step_key: str, step_priority: int = 0) -> bool:
        """Take a place in a pool for a step, if there is one."""
        ours = list(self._held.values()).count(concurrency_key)
        pool = self.get_pool_info(concurrency_key)
        if ours and pool is not None and ours >= pool.limit:
            return False
        if not super().claim(concurrency_key, step_key, step_priority):
            return False
        self._held[step_key] = concurrency_key
        return True

    def free_step(self, step_key: str) -> None:
        """Give the step's place back."""
        self._held.pop(step_key, None)
        super().free_step(step_key)


News = tuple[StepExecutionContext, DagsterEvent | BaseException | None]
"""What a step says: an event, and at its end None, or what ended it otherwise than well or by failing."""


class _Threads:
    """The steps that run in threads, and the one queue of what they say."""

    def __init__(self) -> None:
        self._said: SimpleQueue[News] = SimpleQueue()
        self._threads: dict[str, StepThread] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for thread in self._threads.values():
            thread.join()

    @property
    def busy(self) -> bool:
        """Whether a step runs, or has said something that nobody has heard yet."""
        return bool(self._threads)

    def start(self, context: StepExecutionContext) -> None:
        """Run a step."""

        def run() -> None:
            for news in _run(context):
                self._said.put(news)

        thread = self._threads[context.step.key] = StepThread(target=run, name=context.step.key)
        thread.start()

    def news(self) -> Iterator[News]:
        """Yield what steps have said; waits a moment for the first."""
        try:
            context, said = self._said.get(timeout=SECONDS_TO_LISTEN)
            while True:
                if not isinstance(said, DagsterEvent):
                    self._threads.pop(context.step.key).join()
                yield context, said
                context, said = self._said.get_nowait()
        except Empty:
            return

    def stop(self) -> None:
        """Have all steps end as soon as they can."""
        for thread in self._threads.values():
            thread.stop()


class _Execution:
    """The way through one plan."""

    def __init__(self, job_context: PlanExecutionContext, active: ActiveExecution, threads: _Threads) -> None:
        self._job_context = job_context
        self._active = active
        self._threads = threads
        self._events: dict[str, list[DagsterEvent]] = defaultdict(list)
        self._error: BaseException | None = None

    def events(self) -> Iterator[DagsterEvent]:
        """Run the steps, each as soon as those before it are done, and yield what happens."""
        while self._threads.busy or not (self._error or self._active.is_complete):
            if self._active.check_for_interrupts():
                self._active.mark_interrupted()
                self._error = DagsterExecutionInterruptedError()
            if self._error:
                self._threads.stop()
            news = self._threads.news() if self._error else self._begin()
            yield from self._active.concurrency_event_iterator(self._job_context)
            for context, said in news:
                yield from self._take(context, said)
        if self._error:
            raise self._error

    def _begin(self) -> Iterator[News]:
        """Begin what can begin, and return what there is to hear."""
        state = self._active.get_known_state()
        ready = [self._job_context.for_step(step, state) for step in self._active.get_steps_to_execute()]
        # In the main thread signals reach a step, as that of a person who ends the run, whatever it waits for.
        if len(ready) == 1 and not self._threads.busy and not self._active.sleep_interval():  # type: ignore[no-untyped-call]
            return _run(ready[0])
        for context in ready:
            self._threads.start(context)
        return self._threads.news()

    def _take(self, context: StepExecutionContext, said: DagsterEvent | BaseException | None) -> Iterator[DagsterEvent]:
        key = context.step.key
        if isinstance(said, DagsterEvent):
            self._events[key].append(said)
            yield said
            self._active.handle_event(said)
            return
        self._error = self._error or said
        self._active.verify_complete(self._job_context, key)
        events = self._events.pop(key, [])
        for skipped in self._active.plan_events_iterator(self._job_context):
            events.append(skipped)
            yield skipped
        yield from _trigger_hook(context, events)


def _run(context: StepExecutionContext) -> Iterator[News]:
    end: BaseException | None = None
    try:
        for event in dagster_event_sequence_for_step(context):
            yield context, event
    except GeneratorExit:
        raise
    except BaseException as error:  # it is raised when all steps have ended
        end = error
    yield context, end
