"""dbt for tests: it runs in this process, on a separate DuckDB file, and leaves no file in the project."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.dbt.cli import PATH_VARIABLE
from ecommerce_pipeline.settings import PROJECT_ROOT

DBT_DIR = PROJECT_ROOT / "ecommerce_dbt"

Dbt = Callable[..., Path]


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    """Run a dbt command and return the folder of its artifacts; a failure names the failed nodes and their errors.

    Warehouses, all of them files of one name, have the same path for dbt: for another one it would parse anew.
    """
    target_path = tmp_path_factory.mktemp("dbt")
    link = target_path / "warehouse.duckdb"

    def run(*arguments: str, environment: Mapping[str, str] | None = None) -> Path:
        folders = ["--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)]
        artifacts = ["--target-path", str(target_path), "--log-path", str(target_path)]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (environment or {}).items():
                patch.setenv(name, value)
            if warehouse := os.environ.get(PATH_VARIABLE):
                link.unlink(missing_ok=True)
                link.symlink_to(warehouse)
                patch.setenv(PATH_VARIABLE, str(link))
            result = dbtRunner().invoke([*arguments, "--quiet", *folders, *artifacts])
            # dbt keeps the file open for its next command, but tests read it.
            DuckDBConnectionManager.close_all_connections()
        failed = [f"{one.node.name}: {one.message}" for one in getattr(result.result, "results", ()) if one.failures]
        assert result.success, str(result.exception or failed or result.result)
        return target_path

    return run


@pytest.fixture(scope="session")
def manifest(dbt: Dbt) -> dict[str, Any]:
    """The parsed project."""
    parsed: dict[str, Any] = json.loads((dbt("parse", "--no-partial-parse") / "manifest.json").read_text())
    return parsed


def run_variables(warehouse: Path, days: Days, **others: str) -> dict[str, str]:
    """Return the environment that sets dbt's warehouse and days."""
    return {PATH_VARIABLE: str(warehouse), "DAYS": str(days), **others}
