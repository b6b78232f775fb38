"""BigQuery jobs that run exactly once, even if responses are lost; with labels, and with their cost."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from google.api_core.exceptions import Conflict, GoogleAPICallError, NotFound
from google.api_core.retry import Retry, if_exception_type
from google.cloud import bigquery

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.warehouse import JobCost, Writer
from ecommerce_pipeline.resources.warehouse.bigquery.errors import job_errors

TRANSIENT = (
    "backendError",
    "internalError",
    "rateLimitExceeded",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
)
"""A job that failed for such a reason changed nothing and can be restarted under another id:
https://cloud.google.com/bigquery/docs/error-messages"""
CONFLICT = "aborted due to concurrent update"
"""The message of a transaction that was aborted because of a concurrent one; it changed nothing either."""
RESTART_SECONDS = 2.0
"""Pause before the first restart; it doubles with each restart."""
LONGEST_PAUSE = 5.0
"""Longest pause between two queries for the state of a job, seconds."""

FINDING = Retry(if_exception_type(NotFound), timeout=200)
"""A job whose id is rejected as a duplicate may not be found in the first moments
(https://github.com/googleapis/python-bigquery/issues/2134)."""

LABEL_LENGTH = 63
CONSOLE = "https://console.cloud.google.com/bigquery"

Job = bigquery.LoadJob | bigquery.QueryJob


@dataclass(frozen=True)
class Jobs:
    """Starts jobs for one writer and waits for them.

    Attributes:
        client: A client of the project and location.
        writer: The asset and run in the jobs' ids and labels.
        partitions: The days written, for ids and labels: `2026-03-01_2026-03-07`.
        timeout_seconds: Longest time that a job may run.
        restarts: Restarts of a job after a temporary error.
    """

    client: bigquery.Client
    writer: Writer
    partitions: str
    timeout_seconds: float
    restarts: int

    def load(self, step: str, uris: list[str], target: bigquery.TableReference, config: dict[str, Any]) -> Job:
        """Load Parquet objects into a table.

        Raises:
            PlatformError: The job was rejected or failed.
        """
        load = bigquery.LoadJobConfig(source_format="PARQUET", labels=self._labels(), **config)
        return self._once(
            step, lambda name: self.client.load_table_from_uri(uris, target, job_id=name, job_config=load)
        )

    def run(self, step: str, sql: str) -> Job:
        """Run a query or a script.

        Raises:
            PlatformError: The job was rejected or failed.
        """
        config = bigquery.QueryJobConfig(labels=self._labels(), use_query_cache=False)
        return self._once(step, lambda name: self.client.query(sql, job_id=name, job_config=config, job_retry=None))

    def _once(self, step: str, start: Callable[[str], Job]) -> Job:
        """Run a job to its end, and restart it after temporary errors."""
        for restart in range(self.restarts + 1):
            name = job_name(self.writer, self.partitions, step, restart)
            with job_errors(self.client.project, self.client.location, f"BigQuery job {name} for {self.writer.asset}"):
                job = self._started(name, start)
                self._wait(job)
                if not job.error_result:
                    break
                if restart == self.restarts or not _is_transient(job.error_result):
                    raise cast(GoogleAPICallError, job.exception())  # type: ignore[no-untyped-call]
            time.sleep(RESTART_SECONDS * 2**restart)
        return job

    def _started(self, name: str, start: Callable[[str], Job]) -> Job:
        """Start a job, or find the one that an earlier request with a lost response has started."""
        try:
            return start(name)
        except Conflict:
            return cast(Job, FINDING(self.client.get_job)(name))

    def _wait(self, job: Job) -> None:
        """Wait until a job is done.

        The job is queried, not its result: an error in the response to that could be the job's or the request's.
        """
        deadline = time.monotonic() + self.timeout_seconds
        pause = 0.05
        while not job.done():
            if time.monotonic() > deadline:
                job.cancel()
                raise PlatformError(
                    f"BigQuery job {job.job_id} for {self.writer.asset} did not finish in {self.timeout_seconds:g} s "
                    "and was cancelled: increase BIGQUERY_JOB_TIMEOUT_SECONDS, or run fewer days at once"
                )
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _labels(self) -> dict[str, str]:
        labels = {"asset": self.writer.asset, "partition": self.partitions, "run_id": self.writer.run_id}
        return {name: label(value) for name, value in labels.items()}


def job_name(writer: Writer, partitions: str, step: str, restart: int = 0) -> str:
    """Return a job's id: the same for one attempt of a run, so that BigQuery rejects a second job.

    >>> job_name(Writer("staging/orders", "1f2e", 1), "2026-03-01", "load")
    'staging_orders-2026-03-01-load-1f2e-1'
    """
    suffix = f"-restart{restart}" if restart else ""
    name = f"{writer.asset}-{partitions}-{step}-{writer.run_id}-{writer.attempt}{suffix}"
    return re.sub(r"[^\w-]", "_", name)


def _is_transient(error: Mapping[str, Any]) -> bool:
    return error.get("reason") in TRANSIENT or CONFLICT in str(error.get("message"))


def label(value: str) -> str:
    """Return a value as a valid BigQuery label: lower case letters, digits, `_` and `-`, at most 63 characters.

    >>> label("staging/Orders")
    'staging_orders'
    """
    return re.sub(r"[^a-z0-9_-]", "_", value.lower())[:LABEL_LENGTH]


def cost(job: Job) -> JobCost:
    """Return the cost of a job and its page in the console."""
    return JobCost(
        bytes_billed=int(getattr(job, "total_bytes_billed", None) or 0),
        slot_milliseconds=int(getattr(job, "slot_millis", None) or 0),
        url=f"{CONSOLE}?project={job.project}&j=bq:{job.location}:{job.job_id}&page=queryresults",
    )


def rows_loaded(job: Job) -> int:
    """Return the number of rows that a load job wrote.

    Raises:
        PlatformError: The job does not report it.
    """
    rows = getattr(job, "output_rows", None)
    if rows is None:
        raise PlatformError(f"BigQuery does not report how many rows the job {job.job_id} loaded: run it again")
    return int(rows)
