"""The services of docker-compose.yml at work: a run, a failure, a queue, the end and new beginning of everything."""

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
    # The embedded server that stands for the image has a user `ecommerce` of its own.
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


def wait_for(stack: Stack, what: Callable[[], Any], seconds: float = 150) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if found := what():
                return found
        except OSError:
            pass
        time.sleep(1)
    raise AssertionError("\n".join([f"not within {seconds} s", stack.log("daemon")[-2000:], stack.log("code")[-2000:]]))


def status_of(stack: Stack, run_id: str) -> str:
    return str(runs(stack)[run_id]["status"])


def mails(stack: Stack) -> dict[str, str]:
    return {str(mail["Subject"]): text_of(mail) for _, mail in kept(stack.folder / "volumes" / "mail" / "mail")}


def scraped(stack: Stack) -> dict[tuple[str, str], float]:
    """Return what the metrics service tells, by name and the labels' values."""
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
    told = scraped(stack)
    assert told["ecommerce_runs", "__ASSET_JOB SUCCESS"] == 1
    assert told["ecommerce_asset_rows", "lake/refunds"] > 0
    day = datetime.fromisoformat(DAY).replace(tzinfo=UTC).timestamp()
    assert told["ecommerce_asset_newest_partition_timestamp_seconds", "lake/refunds"] == day
    assert told["ecommerce_daemon_last_heartbeat_timestamp_seconds", "SENSOR"] > time.time() - 120


def test_what_is_queued_running_due_or_waiting_to_be_mailed_survives_the_end_of_everything(stack: Stack) -> None:
    answer = ask(stack, START, selector={**SELECTOR, "scheduleName": "daily"})
    assert answer["startSchedule"]["scheduleState"]["status"] == "RUNNING"
    stack.kill("mail")
    failed = launch(stack, "staging/refunds", day="2026-03-08")
    wait_for(stack, lambda: status_of(stack, failed) == "FAILURE")
    wait_for(stack, lambda: scraped(stack)["ecommerce_alerts_waiting", ""] == 1)
    with closing(psycopg.connect(**stack.address_of_database("shop"))) as connection:
        # A run that waits for a table is one that is under way for as long as it takes.
        connection.execute("LOCK TABLE ecommerce.refunds IN ACCESS EXCLUSIVE MODE")
        under_way = launch(stack, "lake/refunds")
        wait_for(stack, lambda: status_of(stack, under_way) == "STARTED")
        stack.kill("daemon")
        queued = [launch(stack, "source/reviews"), launch(stack, "source/stores")]
        assert {status_of(stack, run) for run in queued} == {"QUEUED"}
        as_if_turned_on_two_days_ago(stack)
        stack.kill()
    stack.up()
    for run in wait_for(stack, lambda: runs_of_ticks(stack)):
        # A whole day of the shop would take its time.
        ask(stack, CANCEL, run=run)
    for run in queued:
        wait_for(stack, lambda run=run: status_of(stack, run) == "SUCCESS")
    again = wait_for(stack, lambda: [r for r, run in runs(stack).items() if run["parentRunId"] == under_way])
    assert status_of(stack, under_way) == "FAILURE"
    wait_for(stack, lambda: status_of(stack, again[0]) == "SUCCESS")
    [text] = [text for subject, text in wait_for(stack, lambda: mails(stack)).items() if "2026-03-08" in subject]
    assert failed in text
    told = scraped(stack)
    assert told["ecommerce_runs", "__ASSET_JOB FAILURE"] == 2
    assert told["ecommerce_alerts_waiting", ""] == 0
    # That the schedule's partition is late may be told too, by a mail of its own.
    assert told["ecommerce_alerts_delivered_total", "alert"] == len(mails(stack))


def as_if_turned_on_two_days_ago(stack: Stack) -> None:
    """Let the schedule have ticks to catch up on, as after two days in which nothing ran."""
    query = "SELECT id, instigator_body FROM instigators WHERE instigator_type = 'SCHEDULE'"
    change = "UPDATE instigators SET instigator_body = %s WHERE id = %s"
    with psycopg.connect(**stack.address_of_database("storage")) as connection:
        [(number, body)] = connection.execute(query).fetchall()
        changed = json.loads(body)
        ago = (datetime.now(tz=UTC) - timedelta(days=2)).timestamp()
        changed["job_specific_data"] |= {"start_timestamp": ago, "last_iteration_timestamp": None}
        connection.execute(change, [json.dumps(changed), number])


def runs_of_ticks(stack: Stack) -> list[str]:
    ticks = ask(stack, TICKS, selector={**SELECTOR, "name": "daily"})["instigationStateOrError"]["ticks"]
    return [run for tick in ticks if tick["status"] == "SUCCESS" for run in tick["runIds"]]


def test_no_service_writes_where_its_container_is_read_only(stack: Stack) -> None:
    assert not stack.read_only.exists()
    assert stack.files() == stack.built


def test_no_log_and_no_argument_of_a_process_holds_a_secret(stack: Stack) -> None:
    for secret in (stack.folder / "secrets").iterdir():
        value = secret.read_text().strip()
        for service in stack.processes:
            assert value not in stack.log(service), service
            assert value not in Path(f"/proc/{stack.processes[service].pid}/cmdline").read_text()
