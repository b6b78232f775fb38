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

from dagster_dbt import DbtProject

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.locks import locked
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.dbt.cli import FOLDER_VARIABLE
from ecommerce_pipeline.resources.dbt.resource import dbt_executable, subprocess_environment
from ecommerce_pipeline.settings import PROJECT_ROOT

DBT_DIR: Final = PROJECT_ROOT / "ecommerce_dbt"
PARTIAL_PARSE: Final = "partial_parse.msgpack"
RUN_RESULTS: Final = "run_results.json"
KEPT_RUNS: Final = 10


@dataclass(frozen=True)
class DbtWorkspace:
    """The dbt project for one warehouse.

    Attributes:
        target: The target in profiles.yml.
        variables: The project's variables. dbt parses the whole project again when they change.
        profile: The environment variables that profiles.yml reads. dbt parses again when they change, too.
        warehouse_dir: The folder of DuckDB's file. It may differ from call to call without a new parse.
        state_dir: The folder of the parsed project and of each run's files.
        shared_parse_dir: A folder of the parsed project that several data folders share, in place of the own one.
    """

    target: str
    variables: Mapping[str, Any]
    profile: Mapping[str, str]
    warehouse_dir: Path
    state_dir: Path
    shared_parse_dir: Path | None = None

    @property
    def arguments(self) -> list[str]:
        """The arguments of every dbt command."""
        return ["--vars", json.dumps(self.variables)]

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of every dbt command."""
        return {**self.profile, FOLDER_VARIABLE: str(self.warehouse_dir.resolve())}

    def project(self) -> DbtProject:
        """Return the project, with a manifest that is not older than any of its files.

        Raises:
            PlatformError: A model, macro or property file cannot be parsed; the message is dbt's own.
        """
        parse_dir = self._parse_dir()
        parse_dir.mkdir(parents=True, exist_ok=True)
        project = DbtProject(project_dir=DBT_DIR, target_path=parse_dir, target=self.target, profiles_dir=DBT_DIR)
        with locked(parse_dir):
            stamp = self._stamp(parse_dir)
            if not stamp.exists() or not project.manifest_path.exists():
                self._parse(parse_dir)
                for older in parse_dir.glob(".parsed-*"):
                    older.unlink()
                stamp.touch()
        return project

    def run_dir(self, run_id: str) -> Path:
        """Create dbt's folder for a run, for its log, compiled SQL and results, with a copy of the parsed project.

        The folders of the last few runs are kept. Results of an earlier command of the same run are removed.
        """
        runs = self.state_dir.resolve() / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        by_age = sorted(runs.iterdir(), key=lambda folder: folder.stat().st_mtime)
        for folder in by_age[: -KEPT_RUNS + 1]:
            shutil.rmtree(folder, ignore_errors=True)
        run_dir = runs / run_id
        run_dir.mkdir(exist_ok=True)
        (run_dir / RUN_RESULTS).unlink(missing_ok=True)
        shutil.copy(self._parse_dir() / PARTIAL_PARSE, run_dir)
        return run_dir

    def test(self, window_environment: Mapping[str, str]) -> Path:
        """Run the project's data tests for a window, given as the environment variables that its macros read.

        Returns:
            The folder with dbt's results.

        Raises:
            PlatformError: dbt could not run them; the message is dbt's own.
        """
        self.project()
        run_dir = self.run_dir(f"verify-{os.getpid()}")
        done = self._dbt("test", "--exclude-resource-type", "unit_test", folder=run_dir, more=window_environment)
        if not (run_dir / RUN_RESULTS).exists():
            raise PlatformError(f"dbt's tests could not be run:\n{_output(done)}")
        return run_dir

    def _parse_dir(self) -> Path:
        """Return the folder of the parsed project: the shared one, unless it is read-only and its parse outdated."""
        own = (self.state_dir / "parsed").resolve()
        if self.shared_parse_dir is None:
            return own
        shared = self.shared_parse_dir.resolve()
        read_only = shared.exists() and not os.access(shared, os.W_OK)
        return own if read_only and not self._stamp(shared).exists() else shared

    def _stamp(self, parse_dir: Path) -> Path:
        state = [self.target, *self.arguments, *self.profile.values(), version("dbt-core")]
        state += [f"{path} {path.stat().st_mtime_ns}" for path in sorted(_project_files())]
        fingerprint = hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]
        return parse_dir / f".parsed-{fingerprint}"

    def _parse(self, parse_dir: Path) -> None:
        done = self._dbt("parse", folder=parse_dir)
        if done.returncode:
            raise PlatformError(f"the dbt project does not parse:\n{_output(done)}")

    def _dbt(
        self, *arguments: str, folder: Path, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a dbt command that writes to a folder of its own."""
        folders = {"--project-dir": DBT_DIR, "--profiles-dir": DBT_DIR, "--target-path": folder, "--log-path": folder}
        options = [part for option, path in folders.items() for part in (option, str(path))]
        # dbt starts in this folder, which does not exist yet where the parsed project is shared.
        self.warehouse_dir.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            [dbt_executable(), "--quiet", *arguments, "--target", self.target, *self.arguments, *options],
            env=subprocess_environment({**self.environment, **(more or {})}),
            capture_output=True,
            text=True,
            check=False,
        )


def window_environment(window: Window | None) -> dict[str, str]:
    """Return a window as the environment variables that dbt's macros read; the end is exclusive.

    As `--vars` they would make dbt parse the whole project again for every window, which takes seconds.

    >>> from datetime import date
    >>> window_environment(Window.of_day(date(2026, 3, 1)))
    {'WINDOW_START': '2026-03-01', 'WINDOW_END': '2026-03-02'}
    """
    return {"WINDOW_START": window.start.isoformat(), "WINDOW_END": window.end.isoformat()} if window else {}


def _project_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(DBT_DIR):
        folders[:] = [name for name in folders if name not in {"target", "logs"}]
        yield from (Path(folder) / name for name in names if name.endswith((".sql", ".yml", ".csv")))


def _output(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stdout + done.stderr).strip()
