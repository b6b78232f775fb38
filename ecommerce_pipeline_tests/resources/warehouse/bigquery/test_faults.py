"""BigQuery over a failing network: each job runs once even if responses are lost, or nothing is changed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from google.cloud import bigquery, storage
from google.cloud.bigquery.retry import DEFAULT_RETRY

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.warehouse.bigquery import jobs as bigquery_jobs
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline_tests.resources.conftest import Load, keys
from ecommerce_pipeline_tests.support.faults import (
    Answer,
    Break,
    Fault,
    Forward,
    Proxy,
    Request,
    lose_response,
    reset,
    status,
)
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

DAY = "2026-03-01"
NEXT_DAY = "2026-03-02"
NEW = [100, 101]

JOBS = r"/jobs\?"
"""Where jobs are started; for each day the first is the load, the second the check, the third the replacement."""
ALWAYS = 1000


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DEFAULT_RETRY, "_initial", 0.02)
    monkeypatch.setattr(bigquery_jobs, "RESTART_SECONDS", 0.02)


@pytest.fixture
def before(load: Load) -> None:
    """Load two days, of which the tests replace one."""
    load(staged_lines(instants(DAY, 3) + instants(NEXT_DAY, 3)), [DAY, NEXT_DAY])


def replace(load: Load) -> None:
    load(staged_lines(instants(DAY, len(NEW)), first_key=NEW[0]), [DAY])


def error_of(load: Load) -> str:
    with pytest.raises(PlatformError) as caught:
        replace(load)
    message = str(caught.value)
    assert "\n" not in message
    return message


def started(proxy: Proxy) -> list[str]:
    """Return the ids of the requested jobs in order, each once."""
    names = [json.loads(request.body)["jobReference"]["jobId"] for request in proxy.matching("POST", JOBS)]
    return list(dict.fromkeys(name for name in names if name.startswith("staging_")))


def job(change: Callable[[dict[str, object]], object]) -> Break:
    """Let the server run the job, and change its response."""

    def answer(request: Request, forward: Forward) -> Answer:
        code, headers, body = forward(request)
        response = json.loads(body)
        change(response)
        return code, headers, json.dumps(response).encode()

    return answer


def still_running(response: dict[str, object]) -> None:
    response["status"] = {"state": "RUNNING"}


def failed(reason: str, message: str = "on a test's script") -> Callable[[dict[str, object]], None]:
    error = {"reason": reason, "message": message}

    def change(response: dict[str, object]) -> None:
        response["status"] = {"state": "DONE", "errorResult": error, "errors": [error]}

    return change


def half_way(request: Request, forward: Forward) -> Answer:
    """Make the replacement fail temporarily after the DELETE and before the INSERT."""
    job_request = json.loads(request.body)
    script = job_request["configuration"]["query"]["query"]
    assert script.index("DELETE") < script.index("INSERT")
    job_request["configuration"]["query"]["query"] = script.replace("INSERT", "SELECT ERROR('half way'); INSERT")
    broken = Request(request.method, request.path, request.headers, json.dumps(job_request).encode())
    return job(failed("backendError"))(broken, forward)


@pytest.mark.parametrize("fault", [reset, lose_response, status(503), status(429)], ids=["reset", "lost", "503", "429"])
def test_a_day_is_replaced_once_even_if_every_kind_of_request_fails(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None, fault: Break
) -> None:
    """All jobs are reported as running at first, so that they are polled too."""
    jobs = len(bigquery_proxy.matching("POST", JOBS))
    bigquery_proxy.add(
        Fault(fault, "POST", "/tables"),
        Fault(fault, "GET", "/tables/transaction_items"),
        *(Fault(fault, "POST", JOBS, skip=position) for position in range(3)),
        Fault(job(still_running), "POST", JOBS, times=3),
        Fault(fault, "GET", "/jobs/", times=2),
        Fault(fault, "GET", "/queries/"),
        Fault(fault, "DELETE", "/tables/_load"),
    )
    replace(load)
    assert bigquery_proxy.all_happened
    assert keys(warehouse, DAY) == NEW
    assert keys(warehouse, NEXT_DAY) == [4, 5, 6]
    assert len(bigquery_proxy.matching("POST", JOBS)) > jobs + 3
    assert [name.split("-")[-3:] for name in started(bigquery_proxy)[3:]] == [
        [step, "run2", "0"] for step in ("load", "check", "replace")
    ]


@pytest.mark.parametrize("position", range(3), ids=["load", "check", "replace"])
def test_a_job_whose_response_was_lost_is_found_instead_of_started_again(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None, position: int
) -> None:
    bigquery_proxy.add(Fault(lose_response, "POST", JOBS, skip=position))
    replace(load)
    assert keys(warehouse, DAY) == NEW
    name = started(bigquery_proxy)[3 + position]
    assert len([request for request in bigquery_proxy.matching("POST", JOBS) if name.encode() in request.body]) == 2
    assert bigquery_proxy.matching("GET", f"/jobs/{name}")


@pytest.mark.parametrize(
    ("position", "fault"),
    [(0, job(failed("backendError"))), (1, job(failed("internalError"))), (2, half_way)],
    ids=["load", "check", "replace"],
)
def test_a_job_that_failed_temporarily_is_restarted_under_another_id(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None, position: int, fault: Break
) -> None:
    bigquery_proxy.add(Fault(fault, "POST", JOBS, skip=position))
    replace(load)
    assert keys(warehouse, DAY) == NEW
    assert keys(warehouse, NEXT_DAY) == [4, 5, 6]
    first, restarted = started(bigquery_proxy)[3 + position : 5 + position]
    assert restarted == f"{first}-restart1"


def test_a_replacement_that_always_fails_half_way_leaves_the_days_unchanged(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None
) -> None:
    bigquery_proxy.add(Fault(half_way, "POST", JOBS, skip=2, times=2))
    assert (
        "-replace-run2-0-restart1 for staging/transaction_items failed: Google rejected the request (500"
        in error_of(load)
    )
    assert keys(warehouse, DAY) == [1, 2, 3]
    assert keys(warehouse, NEXT_DAY) == [4, 5, 6]
    replace(load)
    assert keys(warehouse, DAY) == NEW


def test_a_job_that_failed_permanently_is_not_restarted(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None
) -> None:
    bigquery_proxy.add(Fault(job(failed("resourcesExceeded", "Resources exceeded")), "POST", JOBS))
    assert "Google rejected the request (400 Resources exceeded)" in error_of(load)
    assert len(started(bigquery_proxy)) == 3 + 1
    assert keys(warehouse, DAY) == [1, 2, 3]


def test_a_load_that_reports_fewer_rows_than_the_objects_have_fails(
    bigquery_proxy: Proxy, load: Load, before: None
) -> None:
    def fewer(response: dict[str, Any]) -> None:
        response["statistics"]["load"]["outputRows"] = "1"

    bigquery_proxy.add(Fault(job(fewer), "POST", JOBS))
    assert "transaction_items: 1 of the 2 rows in the objects were loaded: materialize staging/" in error_of(load)


def test_a_job_that_exceeds_its_timeout_is_cancelled(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None
) -> None:
    """Otherwise it could replace the day later, after another run did."""
    object.__setattr__(warehouse, "timeout_seconds", 0.2)
    bigquery_proxy.add(
        Fault(job(still_running), "POST", JOBS), Fault(job(still_running), "GET", "/jobs/", times=ALWAYS)
    )
    assert "did not finish in 0.2 s and was cancelled: increase BIGQUERY_JOB_TIMEOUT_SECONDS" in error_of(load)
    [cancelled] = bigquery_proxy.matching("POST", "/cancel")
    assert started(bigquery_proxy)[-1] in cancelled.path
    assert keys(warehouse, DAY) == [1, 2, 3]


def test_a_bucket_that_vanishes_before_its_load_is_named_and_the_day_is_unchanged(
    bigquery_proxy: Proxy, warehouse: BigQueryWarehouse, load: Load, before: None, bucket: storage.Bucket
) -> None:
    """The load really fails; only the message is replaced by BigQuery's, because the emulator's differs."""
    lost = f"gs://{bucket.name}/transaction_items/date={DAY}/part-0.parquet"

    def vanish(request: Request, forward: Forward) -> Answer:
        bucket.delete(force=True)
        code, _, body = forward(request)
        assert code != 200 or json.loads(body)["status"]["errorResult"]
        return job(failed("notFound", f"Not found: URI {lost}"))(request, lambda _: (200, {}, body))

    bigquery_proxy.add(Fault(vanish, "POST", JOBS))
    message = error_of(load)
    assert f"the object {lost} does not exist: materialize its lake asset again" in message
    assert f"`ecommerce-pipeline doctor` checks whether the bucket {bucket.name} exists" in message
    assert keys(warehouse, DAY) == [1, 2, 3]


def test_retries_end_after_the_time_limit(bigquery_proxy: Proxy, load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DEFAULT_RETRY, "_timeout", 0.3)
    bigquery_proxy.add(Fault(status(503, "we are sorry"), times=ALWAYS))
    assert error_of(load).endswith("failed, even after retries (503 we are sorry): run it again later")


def test_a_server_that_cannot_be_reached_is_one_clear_error(
    bigquery_client: bigquery.Client, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DEFAULT_RETRY, "_timeout", 0.3)
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:1")
    assert error_of(load).endswith("failed, even after retries (Connection refused): run it again later")
