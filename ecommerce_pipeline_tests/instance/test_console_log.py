"""LOG_FORMAT=json: each line that a run writes to the console is an object."""

import json
from collections.abc import Iterator

import pytest
from dagster import OpExecutionContext, job, op

from ecommerce_pipeline.instance.console_log import set_run_log_format


@op
def say(context: OpExecutionContext) -> None:
    context.log.info("7 rows\nof orders")


@job
def saying() -> None:
    say()


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    set_run_log_format("colored")


def test_each_line_of_a_run_is_an_object_with_run_step_and_message(capfd: pytest.CaptureFixture[str]) -> None:
    set_run_log_format("json")
    result = saying.execute_in_process()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    [said] = [line for line in lines if line["dagster_meta"]["orig_message"] == "7 rows\nof orders"]
    assert said["dagster_meta"]["run_id"] == result.run_id
    assert said["dagster_meta"]["step_key"] == "say"


def test_otherwise_lines_are_for_people(capfd: pytest.CaptureFixture[str]) -> None:
    set_run_log_format("colored")
    saying.execute_in_process()
    assert "RUN_SUCCESS - Finished execution of run for" in capfd.readouterr().err
