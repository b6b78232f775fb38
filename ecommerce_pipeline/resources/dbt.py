"""dbt as Dagster runs it: the project, its manifest parsed only when a file changed, and the command line."""

import fcntl
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dagster_dbt import DbtCliResource, DbtProject
from packaging.version import Version

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import PROJECT_ROOT

DBT_DIR: Final = PROJECT_ROOT / "ecommerce_dbt"
TARGET_DIR: Final = DBT_DIR / "target"


def dbt_executable() -> str:
    """Return the dbt of this Python's environment, whether or not the environment is active."""
    return str(Path(sys.executable).with_name("dbt"))


def dbt_project(target: str, lateness_days: int) -> DbtProject:
    """Return the dbt project, with a manifest that is not older than any of its files.

    Raises:
        PlatformError: A model, macro or property file cannot be parsed; the message is dbt's own.
    """
    project = DbtProject(project_dir=DBT_DIR, target_path=TARGET_DIR, target=target, profiles_dir=DBT_DIR)
    TARGET_DIR.mkdir(exist_ok=True)
    with (TARGET_DIR / ".parse.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = TARGET_DIR / f".parsed-for-{target}-{lateness_days}"
        if _is_stale(project.manifest_path, stamp):
            _parse(target, lateness_days)
            for other in TARGET_DIR.glob(".parsed-for-*"):
                other.unlink()
            stamp.touch()
    return project


def project_variables(lateness_days: int) -> list[str]:
    """Return dbt's arguments for the project's variables: alike in every call, or dbt parses everything anew."""
    return ["--vars", json.dumps({"lateness_days": lateness_days})]


def _is_stale(manifest: Path, stamp: Path) -> bool:
    if not manifest.exists() or not stamp.exists():
        return True
    parsed_at = stamp.stat().st_mtime
    return any(
        (Path(folder) / name).stat().st_mtime > parsed_at
        for folder, folders, names in os.walk(DBT_DIR)
        for name in _pruned(folders, names)
    )


def _pruned(folders: list[str], names: list[str]) -> list[str]:
    folders[:] = [folder for folder in folders if folder not in {"target", "logs"}]
    return [name for name in names if name.endswith((".sql", ".yml", ".yaml", ".csv"))]


def _parse(target: str, lateness_days: int) -> None:
    command = [dbt_executable(), "--quiet", "parse", "--target", target, "--target-path", str(TARGET_DIR)]
    parsed = subprocess.run(
        [
            *command,
            *project_variables(lateness_days),
            "--project-dir",
            str(DBT_DIR),
            "--profiles-dir",
            str(DBT_DIR),
            "--log-path",
            str(TARGET_DIR),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode:
        raise PlatformError(f"the dbt project does not parse:\n{(parsed.stdout + parsed.stderr).strip()}")


class DbtResource(DbtCliResource):
    """dbt's command line without two things that the stock resource does before every command.

    It runs `dbt --version`, which costs seconds and asks a package index over the network, and it opens an adapter for
    row counts, which would hold DuckDB's lock. Both are answered here from what is known.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> Any:  # noqa: ARG002 - the signature overridden
        """Open no adapter."""
        return None
