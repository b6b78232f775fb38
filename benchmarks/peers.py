"""The whole platform beside other ways to build the same tables: dlt and dbt by hand, and Dagster's own parts.

All begin with the days in the shop's PostgreSQL and an empty warehouse, and end with the same rows in the same models,
whose data tests have passed; the peers' tables are counted and compared with the platform's after the measurement. The
dbt project has been parsed before, and the peers' staging tables exist. Only the platform keeps a lake, reconciles its
rows with the shop, forecasts, and draws a page; the peers know no first orders of the time before their days.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.by_hand import WAREHOUSE, plan
from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.graph import LAST, Platform, last
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import PROJECT_ROOT

COMPARED: Final = ("core.fact_order", "datamart.marts_sales_daily")
RUNS: Final = 3
"""Days that Dagster's own parts build, for a month of them."""
BIN: Final = Path(sys.executable).parent


def platform(days: int) -> Callable[[Data, Path], Work]:
    """Return the case of the platform: days in one run."""

    def prepare(_data: Data, scratch: Path) -> Work:
        ours = Platform(scratch)
        ours.ingest(last(days))
        return lambda: {"seconds": ours.seconds(last(days))}

    return prepare


def dlt_and_dbt(days: int) -> Callable[[Data, Path], Work]:
    """Return the case of days in one load by dlt, and one `dbt build`."""

    def prepare(_data: Data, scratch: Path) -> Work:
        peer = Peer(scratch, days)
        shop = peer.write("shop.json", {"address": peer.address, "queries": peer.queries(last(days))})

        def work() -> dict[str, float]:
            began = time.perf_counter()
            peer.call(sys.executable, "-m", "benchmarks.dlt_to_staging", shop, peer.warehouse)
            loaded = time.perf_counter()
            peer.dbt("build", "--exclude-resource-type", "unit_test", DAYS=str(last(days)))
            ended = time.perf_counter()
            peer.compare()
            return {"seconds": ended - began, "dlt": loaded - began, "dbt": ended - loaded}

        return work

    return prepare


def stock_dagster(days: int) -> Callable[[Data, Path], Work]:
    """Return the case of days with one run each by Dagster's own parts."""

    def prepare(_data: Data, scratch: Path) -> Work:
        peer = Peer(scratch, days)
        keys = [str(LAST - timedelta(days=back)) for back in reversed(range(days))]
        by_day = {key: peer.queries(Days.parse(key)) for key in keys}
        shop = {"address": peer.address, "tables": list(by_day[keys[0]]), "queries": by_day}
        home = peer.folder / "dagster"
        home.mkdir()
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        variables = {
            "SHOP": peer.write("shop.json", shop),
            "DAGSTER_HOME": str(home),
            "DBT_TARGET_PATH": str(peer.target),
        }
        job = ["--module-name", "benchmarks.stock_dagster", "--job", "everything"]

        def work() -> dict[str, float]:
            began = time.perf_counter()
            for key in keys:
                tags = json.dumps({"dagster/partition": key})
                peer.call("dagster", "job", "execute", *job, "--tags", tags, **variables)
            seconds = time.perf_counter() - began
            peer.compare()
            return {"seconds": seconds}

        return work

    return prepare


class Peer:
    """A warehouse beside one that the platform has built for the last days, with empty staging tables.

    Attributes:
        folder: Its own folder.
        warehouse: Its file.
        target: dbt's folder, with the parsed project.
    """

    def __init__(self, scratch: Path, days: int) -> None:
        import duckdb

        from ecommerce_pipeline.settings import Settings
        from ecommerce_pipeline.targets import dbt_workspace, postgres

        self._built, self.folder = scratch / "built", scratch / "peer"
        self._built.mkdir(mode=0o755)
        self.folder.mkdir()
        Platform(self._built).run(last(days))
        settings = Settings.from_environment({"DATA_DIR": str(self._built)})
        self._source = postgres(settings)
        self.warehouse, self.target = self.folder / WAREHOUSE, self.folder / "target"
        path = {"WAREHOUSE_DUCKDB_PATH": str(self.warehouse), "PATH": f"{BIN}:{os.environ['PATH']}"}
        path["PYTHONPATH"] = str(PROJECT_ROOT)
        self._environment = {**os.environ, **dbt_workspace(settings).environment, **path}
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("CREATE SCHEMA staging")
            for create in plan(self._built, last(days))["create"]:
                connection.execute(create)
        self.dbt("parse")

    @property
    def address(self) -> str:
        """The shop's, for SQLAlchemy."""
        from psycopg.conninfo import conninfo_to_dict
        from sqlalchemy import URL

        server = {name: str(value) for name, value in conninfo_to_dict(self._source.address().conninfo).items()}
        return URL.create(
            "postgresql+psycopg2",
            server["user"],
            server["password"],
            server["host"],
            int(server["port"]),
            server["dbname"],
        ).render_as_string(hide_password=False)

    def queries(self, days: Days) -> dict[str, str]:
        """Return the SELECT of each of the shop's tables: of days, or of a table without days all rows."""
        from ecommerce_pipeline.schema.tables import EVENTS, TABLES

        return {
            name: self._source.contract_select(table, days if name in EVENTS else None)
            for name, table in TABLES.items()
        }

    def write(self, name: str, content: Mapping[str, Any]) -> str:
        """Write a file of JSON; return its path."""
        file = self.folder / name
        file.write_text(json.dumps(content))
        return str(file)

    def call(self, *command: str | Path, **variables: str) -> None:
        """Run a command with variables of the environment, and print what it says if it fails."""
        environment = self._environment | variables
        # Not in the project's root: its .env would override the environment.
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{done.stdout[-2000:]}{done.stderr}")

    def dbt(self, *arguments: str, **variables: str) -> None:
        """Run dbt."""
        from ecommerce_pipeline.resources.dbt.project import DBT_DIR

        folders: list[str | Path] = ["--project-dir", DBT_DIR, "--profiles-dir", DBT_DIR, "--target-path", self.target]
        self.call("dbt", *arguments, *folders, "--log-path", self.folder, **variables)

    def compare(self) -> None:
        """Compare the rows of each day with those of the platform's tables.

        Raises:
            ValueError: They differ.
        """
        theirs, ours = (rows_by_day(file) for file in (self.warehouse, self._built / WAREHOUSE))
        if theirs != ours:
            raise ValueError(f"the rows by day are {theirs}, but the platform's are {ours}")


def rows_by_day(warehouse: Path) -> dict[str, list[tuple[date, int]]]:
    """Return the number of rows of each day in the compared tables."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            table: connection.sql(f"SELECT business_date, count(*) FROM {table} GROUP BY ALL ORDER BY ALL").fetchall()  # noqa: S608
            for table in COMPARED
        }


CASES = (
    Case("1 day", "part", platform(1), rounds=3),
    Case("1 day by dlt and dbt", "part", dlt_and_dbt(1), rounds=3),
    Case("1 day by Dagster's own parts", "part", stock_dagster(1), rounds=2),
    Case("30 days in one run", "part", platform(30), rounds=3),
    Case("30 days by dlt and dbt", "part", dlt_and_dbt(30), rounds=3),
    Case(f"{RUNS} days by Dagster's own parts with one run each", "part", stock_dagster(RUNS), rounds=1),
)
