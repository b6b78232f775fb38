"""The dbt project with the values and folders that it runs with; parsed again only when something changed."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dagster import get_dagster_logger

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.locks import locked
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.cli import (
    FILE_VARIABLE,
    FOLDER_VARIABLE,
    PARTIAL_PARSE,
    PATH_VARIABLE,
    wait_event,
)
from ecommerce_pipeline.resources.dbt.errors import dbt_error
from ecommerce_pipeline.resources.dbt.library import DbtProject
from ecommerce_pipeline.resources.dbt.process import dbt_executable, subprocess_environment
from ecommerce_pipeline.resources.warehouse.duckdb.file import exists, not_built
from ecommerce_pipeline.resources.warehouse.duckdb.open_file import OPEN_FILE
from ecommerce_pipeline.settings import PROJECT_ROOT
from ecommerce_pipeline.settings.places import make_data_dir

DBT_DIR: Final = PROJECT_ROOT / "ecommerce_dbt"
RUN_RESULTS: Final = "run_results.json"
LOG: Final = "dbt.log"
KEPT_RUNS: Final = 10


@dataclass(frozen=True)
class DbtWorkspace:
    """The dbt project for one warehouse.

    Attributes:
        target: The target in profiles.yml.
        profile: The environment variables that profiles.yml reads. dbt parses again when they change, too.
        warehouse_dir: The folder in which dbt runs. It may differ from call to call without a new parse.
        state_dir: The folder of the parsed project and of each run's files.
        warehouse_file: DuckDB's file, in warehouse_dir; None for other warehouses.
        time_zone: The shop's.
        reporting_currency: The currency of amounts in marts.
        key_type: The type of the shop's keys.
        guests_by_email: Whether guests with the same e-mail address are one person.
        sold_by: What shows that an order is paid.
        shared_parse_dir: A folder of the parsed project that several data folders share, in place of the own one.
    """

    target: str
    profile: Mapping[str, str]
    warehouse_dir: Path
    state_dir: Path
    warehouse_file: Path | None = None
    time_zone: str = "UTC"
    reporting_currency: str = "USD"
    key_type: str = "integer"
    guests_by_email: bool = True
    sold_by: str = "payments"
    shared_parse_dir: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of every dbt command."""
        path = {PATH_VARIABLE: self.warehouse_file.name} if self.warehouse_file else {}
        shop = {
            "TIME_ZONE": self.time_zone,
            "REPORTING_CURRENCY": self.reporting_currency,
            "KEY_TYPE": self.key_type,
            "GUESTS_BY_EMAIL": str(self.guests_by_email).lower(),
            "SOLD_BY": self.sold_by,
        }
        return {**self.profile, FOLDER_VARIABLE: str(self.warehouse_dir.resolve()), **shop, **path}

    @property
    def connected_environment(self) -> dict[str, str]:
        """The environment variables of every dbt command that opens the warehouse.

        Raises:
            NotBuiltError: It does not exist: dbt would create an empty one.
        """
        self.check_warehouse_exists()
        file = self.warehouse_file
        return {**self.environment, **({FILE_VARIABLE: str(file.resolve())} if file else {})}

    def check_warehouse_exists(self) -> None:
        """Raise an error if DuckDB's file does not exist.

        Raises:
            NotBuiltError: It does not.
        """
        if self.warehouse_file is not None and not exists(self.warehouse_file):
            raise not_built(self.warehouse_file)

    def release_warehouse(self) -> None:
        """Close DuckDB's file, which this process may have open, for dbt's process."""
        if self.warehouse_file is not None:
            OPEN_FILE.close()

    def project(self) -> DbtProject:
        """Return the project, with a manifest that is not older than any of its files.

        Raises:
            PlatformError: A model, macro or property file cannot be parsed; the message is dbt's own. Or the result has
                no place.
        """
        parse_dir = self.parse_dir
        make_data_dir(self.state_dir.parent)
        parse_dir.mkdir(parents=True, exist_ok=True)
        project = DbtProject(project_dir=DBT_DIR, target_path=parse_dir, target=self.target, profiles_dir=DBT_DIR)
        with locked(parse_dir):
            stamp = self._stamp(parse_dir)
            if not (stamp.exists() and (parse_dir / PARTIAL_PARSE).exists() and is_whole(project.manifest_path)):
                if not os.access(parse_dir, os.W_OK):
                    raise PlatformError(
                        f"{parse_dir} is not writable, and the parsed dbt project in it is outdated: make it writable "
                        "for this user, or set DATA_DIR or DBT_PARSED_DIR to another folder"
                    )
                self._parse(parse_dir)
                for older in parse_dir.glob(".parsed-*"):
                    older.unlink()
                shutil.rmtree(self.lineage_dir, ignore_errors=True)
                stamp.touch()
        return project

    def run_dir(self, run_id: str) -> Path:
        """Create dbt's folder for a run, for its log, compiled SQL and results.

        Results of an earlier command of the same run are removed.
        """
        run_dir = self._runs / run_id
        run_dir.mkdir(parents=True, exist_ok=True)
        (run_dir / RUN_RESULTS).unlink(missing_ok=True)
        return run_dir

    def remove_old_runs(self) -> None:
        """Remove the folders of all but the last few runs."""
        by_age = sorted(self._runs.iterdir(), key=lambda folder: folder.stat().st_mtime)
        for folder in by_age[:-KEPT_RUNS]:
            shutil.rmtree(folder, ignore_errors=True)

    def test(self, days_environment: Mapping[str, str]) -> list[dict[str, Any]]:
        """Run the project's data tests for days, given as the environment variables that its macros read.

        Returns:
            dbt's result of each test.

        Raises:
            PlatformError: A test could not be run, which is no failed test; the message has the cause.
        """
        environment = {**self.connected_environment, **days_environment}
        self.project()
        run_dir = self.run_dir(f"verify-{os.getpid()}")
        self.remove_old_runs()
        shutil.copy(self.parse_dir / PARTIAL_PARSE, run_dir)
        done = self._dbt("test", "--exclude-resource-type", "unit_test", folder=run_dir, environment=environment)
        results = run_results(run_dir)
        broken = [f"{one['unique_id']}: {one['message']}" for one in results if one["status"] == "error"]
        if broken or not results:
            text = "\n".join(broken) or done.stdout
            raise dbt_error("dbt's tests could not be run", text, done.returncode, run_dir, self.warehouse_file)
        return results

    @property
    def _runs(self) -> Path:
        return self.state_dir.resolve() / "runs"

    @property
    def parse_dir(self) -> Path:
        """The folder of the parsed project: the shared one, unless it is read-only and its parse outdated."""
        own = (self.state_dir / "parsed").resolve()
        if self.shared_parse_dir is None:
            return own
        shared = self.shared_parse_dir.resolve()
        read_only = shared.exists() and not os.access(shared, os.W_OK)
        return own if read_only and not self._stamp(shared).exists() else shared

    @property
    def lineage_dir(self) -> Path:
        """The folder that keeps the lineage of the models' columns: beside the parsed project, if it is writable."""
        parse_dir = self.parse_dir
        return (parse_dir if os.access(parse_dir, os.W_OK) else self.state_dir) / "column_lineage"

    def _stamp(self, parse_dir: Path) -> Path:
        state = [self.target, *self.profile.values(), version("dbt-core")]
        state += [f"{path} {path.stat().st_mtime_ns}" for path in sorted(_project_files())]
        fingerprint = hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]
        return parse_dir / f".parsed-{fingerprint}"

    def _parse(self, parse_dir: Path) -> None:
        done = self._dbt("parse", folder=parse_dir, environment=self.environment)
        if done.returncode:
            failed = "the dbt project does not parse"
            raise dbt_error(failed, done.stdout, done.returncode, parse_dir, self.warehouse_file)

    def _dbt(self, *arguments: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a dbt command that writes to a folder of its own, and log while it waits for the warehouse."""
        folders = {"--project-dir": DBT_DIR, "--profiles-dir": DBT_DIR, "--target-path": folder, "--log-path": folder}
        options = [part for option, path in folders.items() for part in (option, str(path))]
        # dbt starts in this folder, which does not exist yet where the parsed project is shared.
        self.warehouse_dir.mkdir(parents=True, exist_ok=True)
        command = [dbt_executable(), "--quiet", *arguments, "--target", self.target, *options]
        lines = []
        with subprocess.Popen(
            command,
            env=subprocess_environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                wait = wait_event(line)
                if wait and wait["level"] == "warn":
                    get_dagster_logger("warehouse").warning(wait["msg"])
                else:
                    lines.append(wait["msg"] if wait else line)
        return subprocess.CompletedProcess(command, process.returncode, "".join(lines))


def days_environment(days: Days | None) -> dict[str, str]:
    """Return days as the environment variable that dbt's macros read.

    As `--vars` they would make dbt parse the whole project again for all other days, which takes seconds.

    >>> days_environment(Days.parse("2026-03-01 to 2026-03-02, 2026-03-09"))
    {'DAYS': '2026-03-01 to 2026-03-02, 2026-03-09'}
    """
    return {"DAYS": str(days)} if days else {}


def is_whole(manifest: Path) -> bool:
    """Return whether a file holds a JSON object to its end, as far as its first and last byte show."""
    if not manifest.is_file() or manifest.stat().st_size < len(b"{}"):
        return False
    with manifest.open("rb") as file:
        first = file.read(1)
        file.seek(-1, os.SEEK_END)
        return first + file.read(1) == b"{}"


def _project_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(DBT_DIR):
        folders[:] = [name for name in folders if name not in {"target", "logs"}]
        yield from (Path(folder) / name for name in names if name.endswith((".sql", ".yml", ".csv")))


def run_results(run_dir: Path) -> list[dict[str, Any]]:
    """Return the results of a dbt command, one per model and test; none if dbt ended before it wrote them."""
    try:
        results: list[dict[str, Any]] = json.loads((run_dir / RUN_RESULTS).read_bytes())["results"]
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return results
