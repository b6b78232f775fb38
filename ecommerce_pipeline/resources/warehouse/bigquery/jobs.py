"""BigQuery jobs that run once whatever happens to the answers: named before they start, labelled, and accounted for."""

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

PASSING = (
    "backendError",
    "internalError",
    "rateLimitExceeded",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
)
"""A job that failed for such a reason changed nothing and may be started again, under another name
(https://cloud.google.com/bigquery/docs/error-messages)."""
CONFLICT = "aborted due to concurrent update"
"""What BigQuery says of a transaction that lost against another; it changed nothing either."""
RESTART_SECONDS = 2.0
"""Pause before the first restart; it doubles with each."""
LONGEST_PAUSE = 5.0
"""Between two looks at a job, seconds."""

FINDING = Retry(if_exception_type(NotFound), timeout=200)
"""A job that is refused because its name is taken may not be found in the first moments
(https://github.com/googleapis/python-bigquery/issues/2134)."""

LABEL_LENGTH = 63
CONSOLE = "https://console.cloud.google.com/bigquery"

Job = bigquery.LoadJob | bigquery.QueryJob


@dataclass(frozen=True)
class Jobs:
    """Starts jobs for one writer and waits for them.

    Attributes:
        client: Of the project and location.
        writer: Whom the jobs' names and labels tell of.
        partitions: What is written, for the label: `2026-03-01_2026-03-07`.
        timeout_seconds: How long a job may run.
        restarts: How often a job is started again that failed for a reason that passes.
    """

    client: bigquery.Client
    writer: Writer
    partitions: str
    timeout_seconds: float
    restarts: int

    def load(self, step: str, uris: list[str], target: bigquery.TableReference, config: dict[str, Any]) -> Job:
        """Load Parquet objects into a table.

        Raises:
            PlatformError: The job was refused or failed.
        """
        load = bigquery.LoadJobConfig(source_format="PARQUET", labels=self._labels(), **config)
        return self._once(
            step, lambda name: self.client.load_table_from_uri(uris, target, job_id=name, job_config=load)
        )

    def run(self, step: str, sql: str) -> Job:
        """Run a query or a script.

        Raises:
            PlatformError: The job was refused or failed.
        """
        config = bigquery.QueryJobConfig(labels=self._labels(), use_query_cache=False)
        return self._once(step, lambda name: self.client.query(sql, job_id=name, job_config=config, job_retry=None))

    def _once(self, step: str, start: Callable[[str], Job]) -> Job:
        """Run a job to its end, and start it again while it fails for reasons that pass."""
        for restart in range(self.restarts + 1):
            name = job_name(self.writer, self.partitions, step, restart)
            with job_errors(self.client.project, self.client.location, f"BigQuery job {name} for {self.writer.asset}"):
                job = self._started(name, start)
                self._wait(job)
                if not job.error_result:
                    break
                if restart == self.restarts or not _passes(job.error_result):
                    raise cast(GoogleAPICallError, job.exception())  # type: ignore[no-untyped-call]
            time.sleep(RESTART_SECONDS * 2**restart)
        return job

    def _started(self, name: str, start: Callable[[str], Job]) -> Job:
        """Start a job, or find the one that an earlier request with a lost answer has started."""
        try:
            return start(name)
        except Conflict:
            return cast(Job, FINDING(self.client.get_job)(name))

    def _wait(self, job: Job) -> None:
        """Look at a job until it is done.

        The job itself is asked for, not its result: of a failure in that answer one cannot tell whether the job failed.
        """
        until = time.monotonic() + self.timeout_seconds
        pause = 0.05
        while not job.done():
            if time.monotonic() > until:
                job.cancel()
                raise PlatformError(
                    f"BigQuery job {job.job_id} for {self.writer.asset} did not end in {self.timeout_seconds:g} s and "
                    "was cancelled: set BIGQUERY_JOB_TIMEOUT_SECONDS higher, or run fewer days at once"
                )
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _labels(self) -> dict[str, str]:
        told = {"asset": self.writer.asset, "partition": self.partitions, "run_id": self.writer.run_id}
        return {name: label(value) for name, value in told.items()}


def job_name(writer: Writer, partitions: str, step: str, restart: int = 0) -> str:
    """Return a job's id: the same for one attempt of a run, so that BigQuery refuses to do it twice.

    >>> job_name(Writer("staging/orders", "1f2e", 1), "2026-03-01", "load")
    'staging_orders-2026-03-01-load-1f2e-1'
    """
    again = f"-restart{restart}" if restart else ""
    name = f"{writer.asset}-{partitions}-{step}-{writer.run_id}-{writer.attempt}{again}"
    return re.sub(r"[^\w-]", "_", name)


def _passes(error: Mapping[str, Any]) -> bool:
    return error.get("reason") in PASSING or CONFLICT in str(error.get("message"))


def label(value: str) -> str:
    """Return a value as BigQuery's labels allow it: lower case letters, digits, `_` and `-`, at most 63.

    >>> label("staging/Orders")
    'staging_orders'
    """
    return re.sub(r"[^a-z0-9_-]", "_", value.lower())[:LABEL_LENGTH]


def cost(job: Job) -> JobCost:
    """Return what a job cost, and where the console shows it."""
    return JobCost(
        bytes_billed=int(getattr(job, "total_bytes_billed", None) or 0),
        slot_milliseconds=int(getattr(job, "slot_millis", None) or 0),
        url=f"{CONSOLE}?project={job.project}&j=bq:{job.location}:{job.job_id}&page=queryresults",
    )


def rows_loaded(job: Job) -> int:
    """Return how many rows a load job wrote.

    Raises:
        PlatformError: The job does not say.
    """
    rows = getattr(job, "output_rows", None)
    if rows is None:
        raise PlatformError(f"BigQuery does not say how many rows the job {job.job_id} loaded: run it again")
    return int(rows)
