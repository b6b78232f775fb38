"""The services of docker-compose.yml in operation: a run, a failure, a queue, and recovery after all were killed."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ecommerce_pipeline.resources.mail.catcher import kept
from ecommerce_pipeline_tests.support import waiting
from ecommerce_pipeline_tests.support.compose import Stack
from ecommerce_pipeline_tests.support.graphql import graphql
from ecommerce_pipeline_tests.support.mailbox import text_of
from ecommerce_pipeline_tests.support.platform import SMALL_SHOP

DAY = "2026-03-07"
SELECTOR = {"repositoryName": "__repository__", "repositoryLocationName": "ecommerce_pipeline"}
LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
} }"""
RUNS = "{ runsOrError { ... on Runs { results { runId status parentRunId } } } }"
START = """mutation($selector: ScheduleSelector!) { startSchedule(scheduleSelector: $selector) {
    ... on ScheduleStateResult { scheduleState { id status } }
} }"""
TICKS = """query($selector: InstigationSelector!) { instigationStateOrError(instigationSelector: $selector) {
    ... on InstigationState { ticks { status runIds } }
} }"""
CANCEL = """mutation($run: String!) { terminateRun(runId: $run, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
    __typename
} }"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    shop = {name: value for name, value in SMALL_SHOP.items() if name != "DBT_PARSED_DIR"}
    # The embedded server, used instead of the image, already has a user `ecommerce`.
    made = Stack(tmp_path_factory.mktemp("stack"), {**shop, "POSTGRES_USER": "shopkeeper"})
    made.build()
    made.up()
    yield made
    made.down()


def ask(stack: Stack, query: str, **variables: Any) -> Any:
    return graphql(stack.url("webserver", 3000), query, **variables)


def launch(stack: Stack, *assets: str, day: str = DAY) -> str:
    """Start a run of assets; return its id."""
    params = {
        "selector": {
            **SELECTOR,
            "jobName": "__ASSET_JOB",
            "assetSelection": [{"path": name.split("/")} for name in assets],
        },
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": day}]},
    }
    answer = ask(stack, LAUNCH, params=params)["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return str(answer["run"]["runId"])


def runs(stack: Stack) -> dict[str, dict[str, Any]]:
    return {run["runId"]: run for run in ask(stack, RUNS)["runsOrError"]["results"]}


def wait_for(stack: Stack, condition: Callable[[], Any]) -> Any:
    return waiting.wait_for(condition, lambda: stack.log("code")[-2000:] + stack.log("daemon")[-2000:])


def status_of(stack: Stack, run_id: str) -> str:
    return str(runs(stack)[run_id]["status"])


def mails(stack: Stack) -> dict[str, str]:
    return {str(mail["Subject"]): text_of(mail) for _, mail in kept(stack.folder / "volumes" / "mail" / "mail")}


def scraped(stack: Stack) -> dict[tuple[str, str], float]:
    """Return the samples of the metrics service, by name and label values."""
    with urllib.request.urlopen(f"{stack.url('metrics', 9464)}/metrics", timeout=30) as answer:  # noqa: S310
        families = text_string_to_metric_families(answer.read().decode())
        return {
            (sample.name, " ".join(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }


def test_a_run_started_in_the_ui_finishes_and_metrics_show_it(stack: Stack) -> None:
    assert len(ask(stack, "{ assetNodes { id } }")["assetNodes"]) > 40
    run = launch(stack, "source/refunds", "lake/refunds")
    wait_for(stack, lambda: status_of(stack, run) == "SUCCESS")
    assert (stack.folder / "volumes/data/lake/refunds" / f"date={DAY}" / "part-0.parquet").exists()
    metrics = scraped(stack)
    assert metrics["ecommerce_runs", "__ASSET_JOB SUCCESS"] == 1
    assert metrics["ecommerce_asset_rows", "lake/refunds"] > 0
    day = datetime.fromisoformat(DAY).replace(tzinfo=UTC).timestamp()
    assert metrics["ecommerce_asset_newest_partition_timestamp_seconds", "lake/refunds"] == day
    assert metrics["ecommerce_daemon_last_heartbeat_timestamp_seconds", "SENSOR"] > time.time() - 120


def test_queued_running_and_due_runs_and_unsent_emails_survive_a_kill_of_all_services(stack: Stack) -> None:
    answer = ask(stack, START, selector={**SELECTOR, "scheduleName": "daily"})
    assert answer["startSchedule"]["scheduleState"]["status"] == "RUNNING"
    stack.kill("mail")
    failed = launch(stack, "staging/refunds", day="2026-03-08")
    wait_for(stack, lambda: status_of(stack, failed) == "FAILURE")
    wait_for(stack, lambda: scraped(stack)["ecommerce_alerts_waiting", ""] == 1)
    with closing(psycopg.connect(**stack.address_of_database("shop"))) as connection:
        # A run that waits for a locked table stays in progress for as long as the test needs it.
        connection.execute("LOCK TABLE ecommerce.refunds IN ACCESS EXCLUSIVE MODE")
        in_progress = launch(stack, "lake/refunds")
        wait_for(stack, lambda: status_of(stack, in_progress) == "STARTED")
        stack.kill("daemon")
        queued = [launch(stack, "source/reviews"), launch(stack, "source/stores")]
        assert {status_of(stack, run) for run in queued} == {"QUEUED"}
        backdate_schedule_by_two_days(stack)
        stack.kill()
    stack.up()
    for run in wait_for(stack, lambda: runs_of_ticks(stack)):
        # Running a whole day of the shop would take too long.
        ask(stack, CANCEL, run=run)
    for run in queued:
        wait_for(stack, lambda run=run: status_of(stack, run) == "SUCCESS")
    retries = wait_for(stack, lambda: [r for r, run in runs(stack).items() if run["parentRunId"] == in_progress])
    assert status_of(stack, in_progress) == "FAILURE"
    wait_for(stack, lambda: status_of(stack, retries[0]) == "SUCCESS")
    [text] = [text for subject, text in wait_for(stack, lambda: mails(stack)).items() if "2026-03-08" in subject]
    assert failed in text
    metrics = scraped(stack)
    assert metrics["ecommerce_runs", "__ASSET_JOB FAILURE"] == 2
    assert metrics["ecommerce_alerts_waiting", ""] == 0
    # A late partition of the schedule may be reported too, in its own email.
    assert metrics["ecommerce_alerts_delivered_total", "alert"] == len(mails(stack))


def backdate_schedule_by_two_days(stack: Stack) -> None:
    """Give the schedule ticks to catch up on, as after two days in which nothing ran."""
    query = "SELECT id, instigator_body FROM instigators WHERE instigator_type = 'SCHEDULE'"
    change = "UPDATE instigators SET instigator_body = %s WHERE id = %s"
    with psycopg.connect(**stack.address_of_database("storage")) as connection:
        [(row_id, body)] = connection.execute(query).fetchall()
        changed = json.loads(body)
        started = (datetime.now(tz=UTC) - timedelta(days=2)).timestamp()
        changed["job_specific_data"] |= {"start_timestamp": started, "last_iteration_timestamp": None}
        connection.execute(change, [json.dumps(changed), row_id])


def runs_of_ticks(stack: Stack) -> list[str]:
    ticks = ask(stack, TICKS, selector={**SELECTOR, "name": "daily"})["instigationStateOrError"]["ticks"]
    return [run for tick in ticks if tick["status"] == "SUCCESS" for run in tick["runIds"]]


def test_no_service_writes_to_its_read_only_file_system(stack: Stack) -> None:
    assert not stack.read_only.exists()
    assert stack.files() == stack.built


def test_no_log_and_no_process_argument_contains_a_secret(stack: Stack) -> None:
    for secret in (stack.folder / "secrets").iterdir():
        value = secret.read_text().strip()
        for service in stack.processes:
            assert value not in stack.log(service), service
            assert value not in Path(f"/proc/{stack.processes[service].pid}/cmdline").read_text()
