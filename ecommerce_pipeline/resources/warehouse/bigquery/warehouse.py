"""BigQuery as a warehouse: it loads the lake's objects itself and replaces days in one transaction.

Its clients are in `resources/google`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import islice
from typing import cast

import pyarrow as pa
from dagster import ConfigurableResource
from google.cloud import bigquery
from google.cloud.bigquery_storage import BigQueryReadClient
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.google.clients import bigquery_client, bigquery_read_client
from ecommerce_pipeline.resources.warehouse import HEAD_ROWS, JobCost, Replaced, TableName, Writer
from ecommerce_pipeline.resources.warehouse.bigquery.errors import job_errors
from ecommerce_pipeline.resources.warehouse.bigquery.jobs import Jobs, cost, rows_loaded
from ecommerce_pipeline.resources.warehouse.bigquery.read import read_rows
from ecommerce_pipeline.resources.warehouse.bigquery.tables import (
    change_statements,
    columns_of,
    contract_fields,
    contract_table,
    ensure,
    load_table,
)
from ecommerce_pipeline.schema.dialects import BIGQUERY, Dialect, within
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.evolution import Evolution
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

KEPT = "_before_rebuild_"
"""In the names of tables that `rebuild-warehouse` has kept."""
DAYS_OF_TIME_TRAVEL = 7
DAYS_OF_FAIL_SAFE = 7
PARALLEL_REQUESTS = 8
"""Tables looked up, or queries run, at once."""


class BigQueryWarehouse(ConfigurableResource):  # type: ignore[type-arg]
    """Datasets of a project, one per layer, with Google's application default credentials.

    Attributes:
        project: The project of the datasets, which is billed.
        location: The location of the datasets.
        datasets: The names of the datasets, by layer.
        timeout_seconds: Longest time that a job may run.
        job_retries: Restarts of a job after a temporary error.
        days_per_job: Most days that one job replaces.
        policy_tag: The resource name of the policy tag of columns with personal values; None for no tag.
    """

    project: str
    location: str
    datasets: dict[str, str]
    timeout_seconds: float = 1800
    job_retries: int = 1
    days_per_job: int = 2_000
    policy_tag: str | None = None

    @cached_property
    def _client(self) -> bigquery.Client:
        with job_errors(self.project, self.location, f"BigQuery in {self.project}"):
            return bigquery_client(self.project, self.location)

    @cached_property
    def _reader(self) -> BigQueryReadClient | None:
        return bigquery_read_client()

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect of `query`."""
        return BIGQUERY

    @property
    def restorable_days(self) -> int:
        """Those of time travel and of the fail-safe after it: https://cloud.google.com/bigquery/docs/time-travel."""
        return DAYS_OF_TIME_TRAVEL + DAYS_OF_FAIL_SAFE

    def parts(self, days: Days | None) -> Sequence[Days | None]:
        """Split the days into parts within the quotas of one job, in order."""
        if days is None:
            return [None]
        return days.parts(self.days_per_job)

    def layer_location(self, layer: str) -> str:
        """Return the project, and the dataset in it."""
        return f"BigQuery, {self.project}.{self.datasets[layer]}"

    def uri(self, layer: str, table: str, day: str | None = None) -> str:
        """Return the table's full name, with the partition decorator of a day."""
        decorator = f"${day.replace('-', '')}" if day else ""
        return f"bigquery://{self.project}.{self.datasets[layer]}.{table}{decorator}"

    def replace(
        self, table: Table, layer: str, uris: Sequence[str], rows: int, *, days: Days | None, writer: Writer
    ) -> Replaced:
        """Replace the rows of the days, or all rows, by those of Parquet objects, in one transaction.

        A days of more than `days_per_job` days is replaced in parts, each in its own transaction.

        Raises:
            PlatformError: An object is missing, corrupt or has rows of other days, or Google rejected the request; a
                part that failed is unchanged.
        """
        target = self._reference(layer, table.name)
        with job_errors(self.project, self.location, f"preparing {target}"):
            ensure(self._client, contract_table(table, layer, target, self.policy_tag), location=self.location)
        loaded = 0
        job: JobCost | None = None
        objects = iter(uris)
        for part in self.parts(days):
            part_uris = list(islice(objects, len(part) if part else None))
            count, job = self._replace_part(table, target, part_uris, part, writer)
            loaded += count
        if loaded != rows:
            raise PlatformError(
                f"{target.dataset_id}.{table.name}: {loaded} of the {rows} rows in the objects were loaded: "
                f"materialize {writer.asset} again"
            )
        newest = within(Days.of_day(days.last)) if days else None
        head = self._rows(target, newest, HEAD_ROWS)
        return Replaced(self._count(target), head, job)

    def columns(self, tables: Sequence[TableName]) -> dict[TableName, dict[str, Found]]:
        """Return the columns of those of the tables that exist, by name; types have PostgreSQL's names."""
        with (
            job_errors(self.project, self.location, f"reading the columns of tables in {self.project}"),
            ThreadPoolExecutor(PARALLEL_REQUESTS) as pool,
        ):
            found = pool.map(lambda table: columns_of(self._client, self._reference(*table)), tables)
            return {table: columns for table, columns in zip(tables, found, strict=True) if columns}

    def alter(self, changes: Mapping[TableName, Evolution]) -> None:
        """Change tables where nothing is lost; a change that is interrupted can be made again.

        Raises:
            PlatformError: Google rejected a change.
        """
        for (layer, name), change in changes.items():
            reference = self._reference(layer, name)
            with job_errors(self.project, self.location, f"changing the columns of {reference}"):
                for statement in change_statements(reference, change):
                    self._client.query(statement).result(timeout=self.timeout_seconds)

    def set_aside(self, table: TableName, name: str) -> str:
        """Copy a table within its dataset and delete the original; copies are free of charge.

        Returns:
            The address of the copy.

        Raises:
            PlatformError: Google rejected the request.
        """
        original = self._reference(*table)
        copy = self._reference(table[0], name)
        with job_errors(self.project, self.location, f"copying {original} to {copy}"):
            self._client.copy_table(original, copy).result(timeout=self.timeout_seconds)
            self._client.delete_table(original)
        return self.uri(table[0], name)

    def rewrite(self, table: TableName, values: Mapping[str, str], where: str) -> int:
        """Change rows of a table in place, in one transaction; return how many.

        Raises:
            PlatformError: Google rejected the change.
        """
        reference = self._reference(*table)
        changes = ", ".join(f"`{column}` = {value}" for column, value in values.items())
        with job_errors(self.project, self.location, f"changing rows of {reference}"):
            job = self._client.query(f"UPDATE `{reference}` SET {changes} WHERE {where}")  # noqa: S608
            job.result(timeout=self.timeout_seconds)
        return int(job.num_dml_affected_rows or 0)

    def purge(self) -> None:
        """Delete the kept copies; what was overwritten, BigQuery itself deletes in time.

        Raises:
            PlatformError: Google rejected the request.
        """
        for copy in self.kept_copies():
            with job_errors(self.project, self.location, f"deleting {copy}"):
                self._client.delete_table(copy, not_found_ok=True)

    def kept_copies(self) -> Sequence[str]:
        """Return the tables that `rebuild-warehouse` has kept under other names."""
        with job_errors(self.project, self.location, f"listing the datasets of {self.project}"):
            existing = {dataset.dataset_id for dataset in self._client.list_datasets()}
            return [
                f"{self.project}.{dataset}.{table.table_id}"
                for dataset in self.datasets.values()
                if dataset in existing
                for table in self._client.list_tables(dataset)
                if table.table_id.startswith("_") and KEPT in table.table_id
            ]

    def read(self, table: Table, layer: str, days: Days | None, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows of a table of the days, or all rows; all columns or some.

        If available, the Storage API is used: it needs no job, and reads only the columns and partitions requested.

        Raises:
            PlatformError: The table does not exist.
        """
        of_days = within(days)
        if days is None and BUSINESS_DATE in table.columns:
            of_days = f"{BUSINESS_DATE} IS NOT NULL"  # the filter that partitioned tables require
        chosen = list(columns or table.columns.keys())
        reference = self._reference(layer, table.name)
        with job_errors(self.project, self.location, f"reading {reference}"):
            if self._reader:
                return read_rows(self._reader, reference, chosen, of_days)
        return self.query(f"SELECT {', '.join(chosen)} FROM `{reference}` WHERE {of_days}")  # noqa: S608

    def schema_of(self, layer: str) -> str:
        """Return the dataset of a layer's tables."""
        return self.datasets[layer]

    def query(self, sql: str) -> pa.Table:
        """Return the rows of a query, read through the Storage API if it is available.

        Raises:
            PlatformError: Google rejected the query.
        """
        with job_errors(self.project, self.location, "the query to BigQuery"):
            rows = self._client.query(sql).result(timeout=self.timeout_seconds)
            return rows.to_arrow(bqstorage_client=self._reader, create_bqstorage_client=False)

    def queries(self, statements: Sequence[str]) -> list[pa.Table]:
        """Return the rows of several queries, which run in parallel.

        Raises:
            PlatformError: Google rejected a query.
        """
        with ThreadPoolExecutor(PARALLEL_REQUESTS) as pool:
            return list(pool.map(self.query, statements))

    def row_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of rows of every table, by layer and name, from metadata."""
        with job_errors(self.project, self.location, f"listing the datasets of {self.project}"):
            existing = {dataset.dataset_id for dataset in self._client.list_datasets()}
            tables = [
                (layer, table.table_id)
                for layer, dataset in self.datasets.items()
                if dataset in existing
                for table in self._client.list_tables(dataset)
                if not table.table_id.startswith("_")
            ]
            with ThreadPoolExecutor(PARALLEL_REQUESTS) as pool:
                counts = pool.map(lambda key: self._count(self._reference(*key)), tables)
                return dict(zip(tables, counts, strict=True))

    def heads(self, tables: Mapping[tuple[str, str], str | None], rows: int) -> dict[tuple[str, str], pa.Table]:
        """Return a few rows of tables, by layer and name, that meet the condition given for each."""
        with (
            job_errors(self.project, self.location, f"listing the datasets of {self.project}"),
            ThreadPoolExecutor(PARALLEL_REQUESTS) as pool,
        ):
            heads = pool.map(lambda key: self._rows(self._reference(*key), tables[key], rows), tables)
            return dict(zip(tables, heads, strict=True))

    def _replace_part(
        self,
        table: Table,
        target: bigquery.TableReference,
        uris: list[str],
        days: Days | None,
        writer: Writer,
    ) -> tuple[int, JobCost]:
        partitions = f"{days.first}_{days.last}" if days else "all"
        jobs = Jobs(self._client, writer, partitions, self.timeout_seconds, self.job_retries)
        fields = contract_fields(table, self.policy_tag)
        with job_errors(self.project, self.location, f"preparing the load of {target}"):
            incoming = load_table(self._client, target.dataset_id, _load_name(table, partitions, writer), fields)
        loaded = rows_loaded(
            jobs.load("load", uris, incoming, {"schema": fields, "write_disposition": "WRITE_TRUNCATE"})
        )
        of_days = within(days)
        check = jobs.run("check", f"SELECT COUNT(*) AS rows_ FROM `{incoming}` WHERE NOT ({of_days})")  # noqa: S608
        outside = next(iter(cast(bigquery.QueryJob, check).result())).rows_
        if outside:
            raise PlatformError(
                f"{target.dataset_id}.{table.name}: {outside} of the {loaded} rows in the objects are not of "
                f"the run's days; the table is unchanged. Materialize {writer.objects_by} of these days again"
            )
        replace = jobs.run("replace", _replace_script(table, str(target), str(incoming), of_days))
        self._client.delete_table(incoming, not_found_ok=True)
        return loaded, cost(replace)

    def _reference(self, layer: str, table: str) -> bigquery.TableReference:
        return bigquery.TableReference.from_string(f"{self.project}.{self.datasets[layer]}.{table}")

    def _count(self, reference: bigquery.TableReference) -> int:
        return int(self._client.get_table(reference).num_rows or 0)

    def _rows(self, reference: bigquery.TableReference, condition: str | None, rows: int) -> pa.Table:
        """Return a few rows, without a job where possible: it would be billed for whole partitions."""
        if condition is not None and self._reader is None:
            return self.query(f"SELECT * FROM `{reference}` WHERE {condition} LIMIT {rows}")  # noqa: S608
        table = self._client.get_table(reference)
        if condition is not None and self._reader is not None:
            return read_rows(self._reader, reference, [field.name for field in table.schema], condition, limit=rows)
        head = self._client.list_rows(table, selected_fields=table.schema, max_results=rows)
        return head.to_arrow(create_bqstorage_client=False)


def _replace_script(table: Table, target: str, incoming: str, of_days: str) -> str:
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    return f"""
        BEGIN TRANSACTION;
        DELETE FROM `{target}` WHERE {of_days};
        INSERT INTO `{target}` ({columns}) SELECT {columns} FROM `{incoming}`;
        COMMIT TRANSACTION;
    """  # noqa: S608


def _load_name(table: Table, partitions: str, writer: Writer) -> str:
    """Return a name of the load table that is unique to this attempt; `row_counts` skips names that begin with `_`."""
    attempt = hashlib.sha256(f"{partitions} {writer.run_id} {writer.attempt}".encode()).hexdigest()[:12]
    return f"_load_{table.name}_{attempt}"
