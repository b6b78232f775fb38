"""A complete platform in its own folder: PostgreSQL, lake folder, DuckDB file, dbt and Dagster instance."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import duckdb
import psycopg
from dagster import DagsterInstance, Definitions

from ecommerce_pipeline.assets.changes import look_before_run, tags_of_look
from ecommerce_pipeline.definitions import build_definitions
from ecommerce_pipeline.execution.run_days import RunProgress, run_days
from ecommerce_pipeline.instance.run_storage import ExactDaysSqliteRunStorage
from ecommerce_pipeline.instance.sqlite_event_log import BatchingSqliteEventLogStorage
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.changes import Change, Look
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.targets import postgres, target_of

PROGRAM = Path(sys.executable).with_name("ecommerce-pipeline")

SMALL_SHOP = {
    "CUSTOMERS": "400",
    "PRODUCTS": "120",
    "STORES": "4",
    "LATE_RATE": "0.1",
    "DUPLICATE_RATE": "0.05",
    "BROKEN_RATE": "0.15",
    "CHANGE_RATE": "0.2",
    "QUARANTINE_PERCENT": "50",
    # Parsing takes dbt seconds, and the result is the same for all.
    "DBT_PARSED_DIR": str(PROJECT_ROOT / ".pytest_cache" / "dbt_parsed"),
}
"""A shop in which every edge case is frequent."""

OTHER_PARSE = {"TARGET"}
"""Settings that change the parsed dbt project."""


@dataclass
class Platform:
    """The platform in a folder.

    Attributes:
        folder: Its data folder.
        environment: Settings other than those of the small shop.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @cached_property
    def settings(self) -> Settings:
        apart = {"DBT_PARSED_DIR": ""} if self.environment.keys() & OTHER_PARSE else {}
        return Settings.from_environment(SMALL_SHOP | apart | self.environment | {"DATA_DIR": str(self.folder)})

    @cached_property
    def definitions(self) -> Definitions:
        return build_definitions(self.settings)

    @cached_property
    def instance(self) -> DagsterInstance:
        home = self.folder / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        log = {
            "module": BatchingSqliteEventLogStorage.__module__,
            "class": BatchingSqliteEventLogStorage.__name__,
            "config": {"base_dir": str(home / "history" / "runs")},
        }
        runs = {
            "module": ExactDaysSqliteRunStorage.__module__,
            "class": ExactDaysSqliteRunStorage.__name__,
            "config": {"base_dir": str(home / "history")},
        }
        return DagsterInstance.local_temp(
            str(home), overrides={"run_storage": runs, "event_log_storage": log, "telemetry": {"enabled": False}}
        )

    def run(
        self,
        first: str,
        last: str | None = None,
        job: str = "everything",
        on_progress: Callable[[RunProgress], object] = lambda _: None,
    ) -> list[RunProgress]:
        """Run a job for days from first to last, or those that `first` lists, without the dashboard: it takes seconds.

        Returns:
            The events of the run.
        """
        events: list[RunProgress] = []
        days = Days.of_keys(first, last) if last else Days.parse(first)

        def record(progress: RunProgress) -> None:
            events.append(progress)
            on_progress(progress)

        whole = self.definitions.resolve_job_def(job)
        if job == "everything":
            rows = {key for key in whole.asset_layer.executable_asset_keys if key.path[0] != "dashboard"}
            whole = whole.get_subset(asset_selection=rows)
        run_days(whole, days, self.instance, record)
        return events

    def look(self, *, exact: bool = False) -> Look:
        """Look at the source for days that have changed."""
        warehouse = target_of(self.settings).warehouse
        since = self.settings.start_date if exact else None
        return look_before_run(self.settings, self.instance, postgres(self.settings), warehouse, exact_since=since)

    def changes(self, *, exact: bool = False) -> list[Change]:
        """Return what has changed in the source since it was loaded."""
        return list(self.look(exact=exact).changes)

    def run_changed(self, *, exact: bool = False, and_days: str | None = None) -> Days | None:
        """Run the days that have changed in the source and these, as `run` does, without writing any to the source.

        Returns:
            The days; None if there are none.
        """
        found = self.look(exact=exact)
        every = found.days | set(Days.parse(and_days) if and_days else ())
        if not every:
            return None
        job = self.definitions.resolve_job_def("everything")
        keys = {key for key in job.asset_layer.executable_asset_keys if key.path[0] not in {"source", "dashboard"}}
        days = Days.of(every)
        run_days(job.get_subset(asset_selection=keys), days, self.instance, lambda _: None, tags_of_look(found, days))
        return days

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line with the platform's settings, and these."""
        process = self.started(*arguments, **environment)
        output, errors = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def started(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command, as `command` does, and do not wait for its end."""
        home = {"DATA_DIR": str(self.folder), "DAGSTER_HOME": str(self.folder / "dagster")}
        settings = {**os.environ, **SMALL_SHOP, **self.environment, **home, **environment}
        pipe = subprocess.PIPE
        return subprocess.Popen([PROGRAM, *arguments], env=settings, stdout=pipe, stderr=pipe, text=True)

    def source(self) -> AbstractContextManager[psycopg.Connection]:
        """Open a connection to the shop's database."""
        return postgres(self.settings).connect()

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a query to the warehouse."""
        with duckdb.connect(str(self.settings.warehouse_path), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Return the rows of every table of any warehouse, sorted."""
        store = target_of(self.settings).warehouse
        return {
            f"{layer}.{table}": sorted(
                (
                    {name: comparable(value) for name, value in row.items()}
                    for row in store.query(f"SELECT * FROM {store.schema_of(layer)}.{table}").to_pylist()
                ),
                key=repr,
            )
            for layer, table in store.row_counts()
        }

    def content_hashes(self) -> dict[str, str]:
        """Return a hash of the rows of every table but forecasts, which are records, independent of their order."""
        tables = self.query(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal AND schema_name <> 'forecast' "
            "ORDER BY ALL"
        )
        return {f"{schema}.{table}": self._content_hash(f'"{schema}"."{table}"') for schema, table in tables}

    def _content_hash(self, table: str) -> str:
        digest = hashlib.sha256()
        for row in self.query(f"FROM {table} ORDER BY ALL"):
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def close(self) -> None:
        """Stop the servers of the platform."""
        embedded = postgres(self.settings).embedded()
        if embedded is not None:
            embedded.destroy()
        self.close_instance()

    def close_instance(self) -> None:
        """Close the files of the Dagster instance, which is opened anew when it is used again.

        To read them as bytes would make their open connections lose their locks.
        """
        if "instance" in self.__dict__:
            self.__dict__.pop("instance").dispose()


def comparable(value: object) -> object:
    """Return a value without differences between warehouses: trailing zeros of decimals, names of UTC."""
    match value:
        case Decimal():
            return value.normalize() if value else Decimal(0)
        case datetime():
            return value.astimezone(UTC)
    return value
