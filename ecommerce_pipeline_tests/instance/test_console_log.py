"""LOG_FORMAT=json: each line that a run logs to the console is a JSON object."""

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
def restore_format() -> Iterator[None]:
    yield
    set_run_log_format("colored")


def test_each_line_of_a_run_is_a_json_object_with_run_step_and_message(capfd: pytest.CaptureFixture[str]) -> None:
    set_run_log_format("json")
    result = saying.execute_in_process()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    [message] = [line for line in lines if line["dagster_meta"]["orig_message"] == "7 rows\nof orders"]
    assert message["dagster_meta"]["run_id"] == result.run_id
    assert message["dagster_meta"]["step_key"] == "say"


def test_otherwise_lines_are_plain_text(capfd: pytest.CaptureFixture[str]) -> None:
    set_run_log_format("colored")
    saying.execute_in_process()
    assert "RUN_SUCCESS - Finished execution of run for" in capfd.readouterr().err
