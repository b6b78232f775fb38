"""Steps run concurrently; pools, retries, failures and interrupts work as when they run one after the other."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dagster import (
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    EventLogEntry,
    Failure,
    HookContext,
    In,
    JobDefinition,
    Nothing,
    OpDefinition,
    OpExecutionContext,
    RetryPolicy,
    RetryRequested,
    failure_hook,
    graph,
    op,
    success_hook,
)
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.execution.job_execution_result import JobExecutionResult
from dagster._core.test_utils import create_run_for_test

from ecommerce_pipeline.execution import pool_wait, retries
from ecommerce_pipeline.execution.executor import multithread_executor
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline_tests.support.killed import executor_of, kill
from ecommerce_pipeline_tests.support.shortages import FULL_DISK

PATIENCE = 20
"""Seconds after which steps that should run at the same time do not."""


def instance_in(folder: Path) -> DagsterInstance:
    pools = {"concurrency": {"pools": {"default_limit": 1, "granularity": "op"}}}
    return DagsterInstance.local_temp(str(folder), overrides={**pools, "telemetry": {"enabled": False}})


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterInstance]:
    with instance_in(tmp_path_factory.mktemp("home")) as made:
        yield made


def job_of(*steps: OpDefinition, at_once: int = 2, share_pools: bool = False, **more: Any) -> JobDefinition:
    """Return a job of independent steps."""

    @graph
    def together() -> None:
        for step in steps:
            step()

    return together.to_job(executor_def=multithread_executor(at_once, share_pools=share_pools), **more)


def step(name: str, does: Callable[[OpExecutionContext], object], **more: Any) -> OpDefinition:
    @op(name=name, **more)
    @retried
    def one(context: OpExecutionContext) -> None:
        does(context)

    return one


def execute(job: JobDefinition, instance: DagsterInstance, **config: Any) -> JobExecutionResult:
    run = instance.create_run_for_job(job, run_config={"execution": {"config": config}} if config else {})
    return execute_run(InMemoryJob(job), run, instance)


def status_of(result: JobExecutionResult, instance: DagsterInstance) -> DagsterRunStatus:
    run = instance.get_run_by_id(result.run_id)
    assert run
    return run.status


def blocked(result: JobExecutionResult, instance: DagsterInstance) -> list[str]:
    """Return the messages about steps that wait for a pool."""
    return messages_of(result.run_id, instance)


def messages_of(run_id: str, instance: DagsterInstance) -> list[str]:
    """Return the same of a run that may still be running."""
    messages = [entry.message for entry in instance.all_logs(run_id, DagsterEventType.ENGINE_EVENT)]
    return [message for message in messages if "blocked" in message]


class Meter:
    """Counts how many steps are inside at the same time; none leaves before as many as expected have come."""

    def __init__(self, expected: int) -> None:
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()
        self._complete = threading.Barrier(expected)

    def pass_through(self, _: OpExecutionContext) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self._complete.wait(PATIENCE)
        time.sleep(0.1)  # in which a step too many would come
        with self._lock:
            self.inside -= 1


def test_independent_steps_run_at_the_same_time(instance: DagsterInstance) -> None:
    barrier = threading.Barrier(2)
    job = job_of(*(step(name, lambda _: barrier.wait(PATIENCE)) for name in ("one", "other")))
    assert execute(job, instance).success


@pytest.mark.parametrize(("config", "most"), [({}, 3), ({"max_concurrent": 2}, 2), ({"max_concurrent": 1}, 1)])
def test_at_most_max_concurrent_steps_run_at_once(instance: DagsterInstance, config: dict[str, int], most: int) -> None:
    meter = Meter(most)
    job = job_of(*(step(f"step_{number}", meter.pass_through) for number in range(6)), at_once=3)
    assert execute(job, instance, **config).success
    assert meter.most == most


def test_max_concurrent_zero_fails_at_once_and_names_the_remedy(instance: DagsterInstance) -> None:
    result = execute(job_of(step("one", lambda _: None)), instance, max_concurrent=0)
    assert status_of(result, instance) == DagsterRunStatus.FAILURE
    messages = [str(entry.dagster_event) for entry in instance.all_logs(result.run_id, DagsterEventType.RUN_FAILURE)]
    assert "max_concurrent: 0 steps cannot run; set it to 1 or more" in messages[0]


def test_a_run_whose_output_cannot_be_captured_reports_it_and_continues(tmp_path: Path) -> None:
    (tmp_path / "storage").write_text("a file where the folder of the logs should be")
    with instance_in(tmp_path) as instance:
        result = execute(job_of(step("one", lambda _: None), step("other", lambda _: None)), instance)
        assert result.success
        messages = [entry.message for entry in instance.all_logs(result.run_id, DagsterEventType.ENGINE_EVENT)]
    assert "Exception while setting up compute log capture" in messages


def test_steps_of_a_pool_run_one_by_one_without_polling_and_others_run_beside_them(instance: DagsterInstance) -> None:
    pooled, outside_pool = Meter(1), Meter(2)
    inside = [step(f"inside_{number}", pooled.pass_through, pool="one_by_one") for number in range(4)]
    outside = [step(f"outside_{number}", outside_pool.pass_through) for number in range(2)]
    result = execute(job_of(*inside, *outside, at_once=4), instance)
    assert result.success
    assert (pooled.most, outside_pool.most) == (1, 2)
    # A step that polled for a slot that is taken would log it, and poll again after a second.
    assert blocked(result, instance) == []
    [pool] = instance.event_log_storage.get_concurrency_keys()
    assert instance.event_log_storage.get_concurrency_info(pool).active_slot_count == 0


def test_steps_of_one_run_share_a_pool_and_another_run_waits_for_the_last_of_them(tmp_path: Path) -> None:
    """The first ones wait for a run that holds the pool, each with a claim of its own."""
    with instance_in(tmp_path) as instance:
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("shared")
        before = create_run_for_test(instance, job_name="load", status=DagsterRunStatus.STARTED).run_id
        assert storage.claim_concurrency_slot("shared", before, "load").is_claimed
        together = Meter(3)
        others: list[bool] = []

        def first_ends_last_is_inside(context: OpExecutionContext) -> None:
            together.pass_through(context)
            time.sleep(0.2 * int(context.op.name[-1]))
            others.append(storage.claim_concurrency_slot("shared", "after", "load").is_claimed)

        def free_once_all_wait() -> None:
            while storage.get_concurrency_info("shared").pending_step_count < 3:
                time.sleep(0.05)
            storage.free_concurrency_slots_for_run(before)

        opening = threading.Thread(target=free_once_all_wait)
        opening.start()
        steps = [step(f"inside_{number}", first_ends_last_is_inside, pool="shared") for number in range(3)]
        with executor_of(instance, before):
            result = execute(job_of(*steps, at_once=3, share_pools=True), instance)
        opening.join()
        assert result.success
        assert (together.most, others) == (3, [False] * 3)
        assert storage.claim_concurrency_slot("shared", "after", "load").is_claimed
        info = storage.get_concurrency_info("shared")
        assert (info.active_slot_count, info.pending_step_count) == (1, 0)


@pytest.mark.parametrize("dies", [False, True], ids=["freed", "killed"])
def test_a_step_waits_for_the_run_that_holds_its_pool_says_so_and_does_not_wait_for_a_dead_one(
    instance: DagsterInstance, dies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slot of a killed run stayed taken: all steps of the pool waited for ever, without a word."""
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("one_by_one")
    other = create_run_for_test(instance, job_name="load", status=DagsterRunStatus.STARTED)
    storage.claim_concurrency_slot("one_by_one", other.run_id, "staging__refunds")
    monkeypatch.setattr(pool_wait, "SECONDS_BETWEEN_LOOKS", 0.1)
    said: list[EventLogEntry] = []
    with executor_of(instance, other.run_id) as process:

        def end_the_wait(entry: EventLogEntry) -> None:
            if other.run_id[:8] in entry.message:
                said.append(entry)
                kill(process) if dies else storage.free_concurrency_slots_for_run(other.run_id)

        job = job_of(step("waiting", lambda _: None, pool="one_by_one"), step("other", lambda _: None))
        run = instance.create_run_for_job(job)
        instance.add_event_listener(run.run_id, end_the_wait)
        result = execute_run(InMemoryJob(job), run, instance)
    assert result.success
    held = f"staging/refunds of run {other.run_id[:8]} (load, process {process.pid}, which"
    assert f"waiting for pool one_by_one, held by {held} is running); waited" in said[0].message
    assert said[0].step_key == "waiting"
    assert [f"{held} was killed)" in entry.message for entry in said[1:]] == [True] * dies
    found = instance.get_run_by_id(other.run_id)
    assert found
    assert found.status == (DagsterRunStatus.FAILURE if dies else DagsterRunStatus.STARTED)


def test_steps_of_a_pool_without_slots_wait_until_it_has_one_and_the_log_says_so(instance: DagsterInstance) -> None:
    storage = instance.event_log_storage
    storage.set_concurrency_slots("one_by_one", 0)
    opened, earlier = threading.Event(), set(instance.get_run_ids())

    def open_when_blocked() -> None:
        while not any(messages_of(run, instance) for run in instance.get_run_ids() if run not in earlier):
            time.sleep(0.05)
        opened.set()
        storage.set_concurrency_slots("one_by_one", 1)

    opening = threading.Thread(target=open_when_blocked)
    opening.start()
    opened_first: list[bool] = []
    waiting = step("waiting", lambda _: opened_first.append(opened.is_set()), pool="one_by_one")
    result = execute(job_of(waiting), instance)
    opening.join()
    assert result.success
    assert opened_first == [True]
    assert [message for message in blocked(result, instance) if "one_by_one" in message]


def test_a_failed_step_stops_the_steps_after_it_and_no_others(instance: DagsterInstance) -> None:
    def fail(_: OpExecutionContext) -> None:
        raise Failure("on purpose")

    done: list[str] = []
    failing = step("failing", fail)
    after = step("after", lambda _: done.append("after"), ins={"start": In(Nothing)})
    slow = step("slow", lambda _: time.sleep(0.3))
    after_slow = step("after_slow", lambda _: done.append("after slow"), ins={"start": In(Nothing)})

    @graph
    def two_ways() -> None:
        after(failing())
        after_slow(slow())

    result = execute(two_ways.to_job(executor_def=multithread_executor(2)), instance)
    assert status_of(result, instance) == DagsterRunStatus.FAILURE
    assert [event.step_key for event in result.all_events if event.is_step_failure] == ["failing"]
    assert done == ["after slow"]


def test_what_ends_a_thread_outside_a_steps_own_errors_ends_the_run_and_is_its_reason(
    instance: DagsterInstance,
) -> None:
    """The run failed with "steps in an unknown state", and nobody learned why."""

    def leave(_: OpExecutionContext) -> None:
        raise SystemExit("a library called sys.exit")

    result = execute(job_of(step("leaves", leave), step("slow", lambda _: time.sleep(0.3))), instance)
    assert status_of(result, instance) == DagsterRunStatus.FAILURE
    [failure] = instance.all_logs(result.run_id, DagsterEventType.RUN_FAILURE)
    assert "SystemExit: a library called sys.exit" in str(failure.dagster_event)


def test_a_step_is_retried_while_others_run(instance: DagsterInstance) -> None:
    attempts: list[int] = []
    retried_once = threading.Event()

    def fails_once(context: OpExecutionContext) -> None:
        attempts.append(context.retry_number)
        if not context.retry_number:
            raise RetryRequested(max_retries=1, seconds_to_wait=0.2)
        retried_once.set()

    waits = step("waits", lambda _: retried_once.wait(PATIENCE) or 1 / 0)
    assert execute(job_of(step("fails_once", fails_once), waits), instance).success
    assert attempts == [0, 1]
    attempts.clear()
    retried_once.clear()
    assert not execute(job_of(step("fails_once", fails_once)), instance, retries={"disabled": {}}).success
    assert attempts == [0]


def test_a_step_is_retried_for_a_full_disk_and_short_memory_and_not_for_other_errors(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "POLICY", RetryPolicy(max_retries=1, delay=0))
    attempts: list[str] = []

    def failing(context: OpExecutionContext) -> None:
        attempts.append(context.op.name)
        match context.op.name:
            case "disk":
                FULL_DISK.write_bytes(b"x")
            case "memory":
                bytes(2**60)
            case "other":
                FULL_DISK.with_name("nowhere").read_bytes()

    result = execute(job_of(*(step(name, failing) for name in ("disk", "memory", "other"))), instance)
    assert sorted(attempts) == ["disk", "disk", "memory", "memory", "other"]
    errors = {
        event.step_key: str(event.step_failure_data.error) for event in result.all_events if event.is_step_failure
    }
    assert "no space left" in errors["disk"]
    assert "memory is too short" in errors["memory"]


def test_a_step_without_a_context_is_refused_since_it_could_neither_be_retried_nor_stopped() -> None:
    with pytest.raises(TypeError, match="takes no `context`"):

        @retried
        def without() -> None: ...


def test_hooks_run_for_every_step(instance: DagsterInstance) -> None:
    calls: list[tuple[str, str]] = []

    @success_hook
    def on_success(context: HookContext) -> None:
        calls.append(("success", context.op.name))

    @failure_hook
    def on_failure(context: HookContext) -> None:
        calls.append(("failure", context.op.name))

    def fail(_: OpExecutionContext) -> None:
        raise Failure("on purpose")

    steps = (step("one", lambda _: None), step("other", fail))
    execute(job_of(*steps, hooks={on_success, on_failure}), instance)
    assert sorted(calls) == [("failure", "other"), ("success", "one")]


def test_a_step_that_runs_alone_runs_in_the_main_thread(instance: DagsterInstance) -> None:
    threads: dict[str, threading.Thread] = {}
    both_run = threading.Barrier(2)

    def remember(context: OpExecutionContext) -> None:
        threads[context.op.name] = threading.current_thread()

    def wait_and_remember(context: OpExecutionContext) -> None:
        both_run.wait(PATIENCE)
        remember(context)

    steps = [step(name, wait_and_remember) for name in ("one", "other")]
    last = step("last", remember, ins={"one": In(Nothing), "other": In(Nothing)})

    @graph
    def joined() -> None:
        one, other = steps
        last(one=one(), other=other())

    assert execute(joined.to_job(executor_def=multithread_executor(2)), instance).success
    assert threads["last"] is threading.main_thread()
    assert threading.main_thread() not in (threads["one"], threads["other"])


LONG = """
import sys, time
from dagster import DagsterInstance
from ecommerce_pipeline_tests.execution.test_executor import execute, job_of, step

def wait(context):
    try:
        # In one write each: those of two threads would mix.
        print(f"{context.op.name} runs\\n", end="", flush=True)
        for _ in range(1_000):
            time.sleep(0.05)
    finally:
        print(f"{context.op.name} cleans up\\n", end="", flush=True)

with DagsterInstance.from_config(sys.argv[1]) as instance:
    names = sys.argv[2:]
    execute(job_of(*(step(name, wait) for name in names), step("never", wait)), instance)
"""


@pytest.mark.parametrize("canceled", [False, True])
def test_a_signal_stops_all_running_steps(tmp_path: Path, canceled: bool) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}")
    process = subprocess.Popen(
        [sys.executable, "-c", LONG, str(tmp_path), "a", "b"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
    )
    assert process.stdout
    assert {process.stdout.readline(), process.stdout.readline()} == {"a runs\n", "b runs\n"}
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        [run] = instance.get_runs()
        if canceled:
            instance.report_run_canceling(run)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=PATIENCE)
        assert sorted(output.splitlines()) == ["a cleans up", "b cleans up"]
        [run] = instance.get_runs()
        assert run.status == (DagsterRunStatus.CANCELED if canceled else DagsterRunStatus.FAILURE)
        failed = instance.all_logs(run.run_id, DagsterEventType.STEP_FAILURE)
        assert sorted(str(entry.step_key) for entry in failed) == ["a", "b"]
