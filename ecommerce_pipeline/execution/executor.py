"""The executor of runs: independent steps run concurrently, each in a thread of the run's one process.

Dagster has an executor that starts a process per step, which costs seconds of imports, and one that runs the steps one
after the other. Steps mostly wait for PostgreSQL, DuckDB, Arrow or Google, which release Python's global interpreter
lock, so threads use all processors.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, nullcontext
from typing import Any, cast

from dagster import (
    AssetKey,
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

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.execution.dagster_private import (
    MAX_RETRIES_TAG,
    EngineEventData,
    ExecuteRunWithPlanIterable,
    ExecutionPlan,
    PlanExecutionContext,
    PlanExecutionContextManager,
    PlanOrchestrationContext,
    RetryMode,
    compute_log_setup_failed,
    compute_log_teardown_failed,
    create_compute_log_file_key,
    get_retries_config,
)
from ecommerce_pipeline.execution.plan_execution import PlanExecution
from ecommerce_pipeline.execution.pool_slots import PoolSlots
from ecommerce_pipeline.execution.running_steps import RunningSteps
from ecommerce_pipeline.instance.run_process import executing
from ecommerce_pipeline.instance.run_tags import NO_DAYS, days_of_tags, is_of_command_line
from ecommerce_pipeline.process import in_dagster_dev

Preflight = Callable[[AbstractSet[AssetKey], Mapping[str, str]], None]
"""Called with a run's assets and tags before its first step; raises a PlatformError if the run must not begin."""


def multithread_executor(
    at_once: int, preflight: Preflight | None = None, *, share_pools: bool = False
) -> ExecutorDefinition:
    """Return the executor; it honours pools and retries as Dagster's own executors do.

    Args:
        at_once: Maximum number of concurrent steps, unless the run's configuration sets `max_concurrent`.
        preflight: What to check before a run's first step.
        share_pools: Whether steps of one run may be in a pool together, and only those of other runs wait for it.
    """

    @executor(
        name="multithread",
        config_schema={
            "retries": get_retries_config(),  # type: ignore[no-untyped-call]
            "max_concurrent": Field(Int, default_value=at_once, description="Maximum number of concurrent steps."),
        },
    )
    def multithread(context: InitExecutorContext) -> Executor:
        """Run independent steps concurrently in threads of one process."""
        config = cast(dict[str, Any], context.executor_config)
        if config["max_concurrent"] < 1:
            raise DagsterInvariantViolationError(
                f"max_concurrent: {config['max_concurrent']} steps cannot run; set it to 1 or more"
            )
        return MultithreadExecutor(
            RetryMode.from_config(config["retries"]) or RetryMode.ENABLED,
            config["max_concurrent"],
            preflight,
            share_pools=share_pools,
        )

    return multithread


class MultithreadExecutor(Executor):
    """See `multithread_executor`. A step that runs alone runs in the main thread."""

    def __init__(
        self, retries: RetryMode, max_concurrent: int, preflight: Preflight | None, *, share_pools: bool
    ) -> None:
        self._retries = retries
        self._max_concurrent = max_concurrent
        self._preflight = preflight
        self._share_pools = share_pools

    @property
    def retries(self) -> RetryMode:
        """Whether steps that request a retry are retried."""
        return self._retries

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Run the plan's steps and yield their events.

        Raises:
            PlatformError: The run materializes partitioned assets and has no partition, or its preflight failed.
        """
        run = plan_context.dagster_run
        # A run of the command line is recorded before it is created.
        with nullcontext() if is_of_command_line(run.tags) else executing(plan_context.instance, run.run_id):
            yield from self._execute(plan_context, execution_plan)

    def _execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        try:
            self._check(plan_context)
        except PlatformError as error:
            if not isinstance(error, TransientError):
                # The daemon would run it again, as it does after a crash.
                plan_context.instance.add_run_tags(plan_context.dagster_run.run_id, {MAX_RETRIES_TAG: "0"})
            raise
        data = EngineEventData.in_process(os.getpid(), execution_plan.step_keys_to_execute)
        message = f"Executing steps in threads of one process (pid: {os.getpid()})"
        yield DagsterEvent.engine_event(plan_context, message, event_specific_data=data)
        try:
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
        except (KeyboardInterrupt, DagsterExecutionInterruptedError):
            if is_of_command_line(plan_context.dagster_run.tags) or in_dagster_dev():
                # A person ended it. Without such a request Dagster records an interrupted run as failed.
                plan_context.instance.report_run_canceling(plan_context.dagster_run)
            raise

    def _check(self, plan_context: PlanOrchestrationContext) -> None:
        assets = plan_context.job.get_definition().asset_layer
        tags = plan_context.dagster_run.tags
        by_day = any(assets.get(key).is_partitioned for key in assets.selected_asset_keys)
        if by_day and days_of_tags(tags) is None:
            raise PlatformError(NO_DAYS)
        if self._preflight:
            self._preflight(assets.selected_asset_keys, tags)

    def _steps(self, job_context: PlanExecutionContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        with ExitStack() as stack:
            active = stack.enter_context(
                execution_plan.start(
                    retry_mode=job_context.retry_mode,
                    max_concurrent=self._max_concurrent,
                    instance_concurrency_context=stack.enter_context(
                        PoolSlots(job_context.instance, job_context.dagster_run, shared=self._share_pools)
                    ),
                )
            )
            captured = stack.enter_context(ExitStack())
            yield from _capture_logs(job_context, execution_plan, captured)
            yield from PlanExecution(job_context, active, stack.enter_context(RunningSteps())).events()
            try:
                captured.close()
            except Exception:
                yield from compute_log_teardown_failed(job_context, sys.exc_info())


def _capture_logs(
    job_context: PlanExecutionContext, execution_plan: ExecutionPlan, captured: ExitStack
) -> Iterator[DagsterEvent]:
    """Capture what the process prints; if that fails, an event reports it and the run continues."""
    logs = job_context.instance.compute_log_manager
    log_key = logs.build_log_key_for_run(job_context.run_id, create_compute_log_file_key())  # type: ignore[no-untyped-call]
    keys = [step.key for step in execution_plan.get_steps_to_execute_in_topo_order()]
    try:
        log_context = captured.enter_context(logs.capture_logs(log_key))
        yield DagsterEvent.capture_logs(job_context, keys, log_key, log_context)
    except Exception:
        yield from compute_log_setup_failed(job_context, sys.exc_info())
