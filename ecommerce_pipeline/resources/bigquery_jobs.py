"""BigQuery jobs that run once whatever happens to the answers: named before they start, labelled, and accounted for."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

from dagster import MetadataValue
from google.api_core.exceptions import Conflict
from google.cloud import bigquery

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.google_errors import ACCOUNT, in_words
from ecommerce_pipeline.resources.warehouse import Writer

JOB_ROLE = "roles/bigquery.jobUser"
DATASET_ROLE = "roles/bigquery.dataEditor"
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
    """

    client: bigquery.Client
    writer: Writer
    partitions: str
    timeout_seconds: float

    def load(self, step: str, uris: list[str], target: bigquery.TableReference, config: dict[str, Any]) -> Job:
        """Load Parquet objects into a table.

        Raises:
            PlatformError: The job was refused or failed.
        """
        load = bigquery.LoadJobConfig(source_format="PARQUET", labels=self._labels(), **config)
        return self._once(
            step, lambda name: self.client.load_table_from_uri(uris, target, job_id=name, job_config=load)
        )

    def run(self, step: str, sql: str, parameters: list[bigquery.ScalarQueryParameter]) -> Job:
        """Run a query or a script.

        Raises:
            PlatformError: The job was refused or failed.
        """
        config = bigquery.QueryJobConfig(query_parameters=parameters, labels=self._labels(), use_query_cache=False)
        return self._once(step, lambda name: self.client.query(sql, job_id=name, job_config=config, job_retry=None))

    def _once(self, step: str, start: Callable[[str], Job]) -> Job:
        """Start a job, or find the one that an earlier request with a lost answer has started, and wait for its end."""
        name = job_name(self.writer, self.partitions, step)
        with job_errors(self.client.project, f"BigQuery job {name} for {self.writer.asset}"):
            try:
                job = start(name)
            except Conflict:
                job = cast(Job, self.client.get_job(name))
            job.result(timeout=self.timeout_seconds)
        return job

    def _labels(self) -> dict[str, str]:
        told = {"asset": self.writer.asset, "partition": self.partitions, "run_id": self.writer.run_id}
        return {name: label(value) for name, value in told.items()}


def job_name(writer: Writer, partitions: str, step: str) -> str:
    """Return a job's id: the same for one attempt of a run, so that BigQuery refuses to do it twice.

    >>> job_name(Writer("staging/orders", "1f2e", 1), "2026-03-01", "load")
    'staging_orders-2026-03-01-load-1f2e-1'
    """
    return re.sub(r"[^\w-]", "_", f"{writer.asset}-{partitions}-{step}-{writer.run_id}-{writer.attempt}")


def label(value: str) -> str:
    """Return a value as BigQuery's labels allow it: lower case letters, digits, `_` and `-`, at most 63.

    >>> label("staging/Orders")
    'staging_orders'
    """
    return re.sub(r"[^a-z0-9_-]", "_", value.lower())[:LABEL_LENGTH]


def job_errors(project: str | None, doing: str) -> AbstractContextManager[None]:
    """Turn Google's errors into PlatformErrors that name the role which is missing."""
    return in_words(
        f"{doing} failed",
        missing="a dataset, table or object of it is not there: `ecommerce-pipeline doctor` says which",
        forbidden=f"grant {JOB_ROLE} on the project and {DATASET_ROLE} on the datasets: `gcloud projects "
        f"add-iam-policy-binding {project} --member={ACCOUNT} --role={JOB_ROLE}`, deploy/terraform does both",
    )


def cost(job: Job) -> Mapping[str, Any]:
    """Return what a job tells of its cost, as metadata: bytes billed, slot time and where to look it up."""
    told: dict[str, Any] = {
        "bytes billed": int(getattr(job, "total_bytes_billed", None) or 0),
        "slot milliseconds": int(getattr(job, "slot_millis", None) or 0),
        "job": MetadataValue.url(f"{CONSOLE}?project={job.project}&j=bq:{job.location}:{job.job_id}&page=queryresults"),
    }
    return told


def rows_loaded(job: Job) -> int:
    """Return how many rows a load job wrote.

    Raises:
        PlatformError: The job does not say.
    """
    rows = getattr(job, "output_rows", None)
    if rows is None:
        raise PlatformError(f"BigQuery does not say how many rows the job {job.job_id} loaded: run it again")
    return int(rows)
