"""dbt as Dagster runs it: the project, its manifest parsed only when something changed, and the command line."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dagster_dbt import DbtCliInvocation, DbtCliResource, DbtProject
from packaging.version import Version

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.locks import locked
from ecommerce_pipeline.resources.dbt.cli import FOLDER_VARIABLE
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings
from ecommerce_pipeline.settings.secrets import SECRETS

DBT_DIR: Final = PROJECT_ROOT / "ecommerce_dbt"
PARTIAL_PARSE: Final = "partial_parse.msgpack"
KEPT_RUNS: Final = 10


def dbt_executable() -> str:
    """Return the dbt of this Python's environment, whether or not the environment is active: `resources/dbt/cli.py`."""
    return str(Path(sys.executable).with_name("ecommerce-pipeline-dbt"))


def dbt_project(settings: Settings) -> DbtProject:
    """Return the dbt project, with a manifest that is not older than any of its files.

    Raises:
        PlatformError: A model, macro or property file cannot be parsed; the message is dbt's own.
    """
    target = _parsed_dir(settings)
    target.mkdir(parents=True, exist_ok=True)
    project = DbtProject(project_dir=DBT_DIR, target_path=target, target=settings.target, profiles_dir=DBT_DIR)
    with locked(target):
        stamp = _stamp(settings, target)
        if not stamp.exists() or not project.manifest_path.exists():
            _parse(settings, target)
            for older in target.glob(".parsed-*"):
                older.unlink()
            stamp.touch()
    return project


def dbt_variables(settings: Settings) -> list[str]:
    """Return dbt's arguments for the project's variables: alike in every call, or dbt parses everything anew."""
    return ["--vars", json.dumps({"lateness_days": settings.lateness_days})]


@contextmanager
def without_secrets() -> Iterator[None]:
    """Take the secrets out of the environment of what is started in the block: dbt needs none of them."""
    names = [name for secret in SECRETS for name in (secret, f"{secret}_FILE")]
    taken = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(taken)


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables that profiles.yml reads: alike in every call, for the same reason."""
    told: dict[str, str] = {}
    if settings.target == "gcp":
        names = [name for name in Settings.model_fields if name.startswith(("gcp_", "bigquery_"))]
        told |= {name.upper(): str(getattr(settings, name) or 0) for name in names}
    return told


def dbt_folder(settings: Settings) -> dict[str, str]:
    """Return the environment variable that tells dbt where the warehouse is; it may differ without a new parse."""
    return {FOLDER_VARIABLE: str(settings.warehouse_path.resolve().parent)}


def dbt_run_dir(settings: Settings, run_id: str) -> Path:
    """Make dbt's folder for a run, for its log, compiled SQL and results, with what has been parsed already.

    The folders of the last few runs are kept.
    """
    kept = settings.data_dir.resolve() / "dbt" / "runs"
    kept.mkdir(parents=True, exist_ok=True)
    by_age = sorted(kept.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[: -KEPT_RUNS + 1]:
        shutil.rmtree(folder, ignore_errors=True)
    run_dir = kept / run_id
    run_dir.mkdir(exist_ok=True)
    shutil.copy(_parsed_dir(settings) / PARTIAL_PARSE, run_dir)
    return run_dir


def dbt_test(settings: Settings, window: Mapping[str, str]) -> Path:
    """Run the project's data tests for a window, given as the environment variables that its macros read.

    Returns:
        The folder with dbt's results.

    Raises:
        PlatformError: dbt could not run them; the message is dbt's own.
    """
    dbt_project(settings)
    run_dir = dbt_run_dir(settings, f"verify-{os.getpid()}")
    done = _dbt(settings, "test", "--exclude-resource-type", "unit_test", folder=run_dir, more=window)
    if not (run_dir / "run_results.json").exists():
        raise PlatformError(f"dbt's tests could not be run:\n{(done.stdout + done.stderr).strip()}")
    return run_dir


class DbtResource(DbtCliResource):
    """dbt's command line without our secrets, and without two things that the stock resource does before every command.

    It runs `dbt --version`, which costs seconds and asks a package index over the network, and it opens an adapter for
    row counts, which would hold DuckDB's lock. Both are answered here from what is known.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def cli(self, *arguments: Any, **more: Any) -> DbtCliInvocation:
        """Start dbt, without the secrets that it has no need of in its environment."""
        with without_secrets():
            return super().cli(*arguments, **more)

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:  # noqa: ARG002 - the signature overridden
        """Open no adapter."""
        return None


def _parsed_dir(settings: Settings) -> Path:
    """Return where the parsed project is; one in an image that cannot be written serves only if it fits."""
    own = (settings.data_dir / "dbt" / "parsed").resolve()
    if settings.dbt_parsed_dir is None:
        return own
    shared = settings.dbt_parsed_dir.resolve()
    read_only = shared.exists() and not os.access(shared, os.W_OK)
    return own if read_only and not _stamp(settings, shared).exists() else shared


def _stamp(settings: Settings, target: Path) -> Path:
    return target / f".parsed-{_fingerprint(settings)}"


def _fingerprint(settings: Settings) -> str:
    state = [settings.target, *dbt_variables(settings), *dbt_environment(settings).values(), version("dbt-core")]
    state += [f"{path} {path.stat().st_mtime_ns}" for path in sorted(_project_files())]
    return hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]


def _project_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(DBT_DIR):
        folders[:] = [name for name in folders if name not in {"target", "logs"}]
        yield from (Path(folder) / name for name in names if name.endswith((".sql", ".yml", ".csv")))


def _parse(settings: Settings, target: Path) -> None:
    parsed = _dbt(settings, "parse", folder=target)
    if parsed.returncode:
        raise PlatformError(f"the dbt project does not parse:\n{(parsed.stdout + parsed.stderr).strip()}")


def _dbt(
    settings: Settings, *arguments: str, folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of dbt that writes to a folder of its own."""
    folders = {"--project-dir": DBT_DIR, "--profiles-dir": DBT_DIR, "--target-path": folder, "--log-path": folder}
    located = [part for option, place in folders.items() for part in (option, str(place))]
    # What has been parsed may lie elsewhere, so that nobody has made the folder that dbt starts in.
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with without_secrets():
        return subprocess.run(
            [dbt_executable(), "--quiet", *arguments, "--target", settings.target, *dbt_variables(settings), *located],
            env=os.environ | dbt_environment(settings) | dbt_folder(settings) | dict(more or {}),
            capture_output=True,
            text=True,
            check=False,
        )
