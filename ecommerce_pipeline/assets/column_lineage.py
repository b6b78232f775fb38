"""Which columns a model's columns come from, read from its compiled SQL and shown in the UI.

Following columns through SQL takes longer than running it, so results are kept in a folder by the SQL's own hash.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster import AssetKey, TableColumnDep, TableColumnLineage
from dagster_dbt import DbtCliInvocation

# dagster-dbt's public way to this asks the database for columns that the manifest has, and holds it open meanwhile.
from dagster_dbt.core.dbt_cli_event import EventHistoryMetadata, _build_column_lineage_metadata

LINEAGE = "dagster/column_lineage"


def column_lineage(unique_id: str, invocation: DbtCliInvocation, kept_in: Path) -> dict[str, TableColumnLineage]:
    """Return the lineage metadata of a model; empty where its SQL has not been compiled.

    Args:
        unique_id: dbt's name of the model.
        invocation: The dbt command that built it.
        kept_in: Where results are kept.
    """
    model = invocation.manifest["nodes"][unique_id]
    compiled = invocation.target_path / "compiled" / model["package_name"] / model["original_file_path"]
    if not compiled.exists():
        return {}
    kept = kept_in / f"{_hash(model, compiled.read_text())}.json"
    if not kept.exists():
        found = _follow(model, invocation)
        kept_in.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found))
    deps = {
        column: [TableColumnDep(asset_key=AssetKey(path), column_name=name) for path, name in origins]
        for column, origins in json.loads(kept.read_text()).items()
    }
    return {LINEAGE: TableColumnLineage(deps_by_column=deps)}


def _hash(model: Mapping[str, Any], sql: str) -> str:
    # The days of the run's window stand in the SQL; they change nothing about its columns.
    timeless = re.sub(r"\d{4}-\d{2}-\d{2}", "", sql)
    return hashlib.sha256(f"{model['unique_id']}\n{sorted(model['columns'])}\n{timeless}".encode()).hexdigest()


def _follow(model: Mapping[str, Any], invocation: DbtCliInvocation) -> dict[str, list[tuple[list[str], str]]]:
    manifest = invocation.manifest
    parents = [
        manifest["nodes"].get(parent) or manifest["sources"].get(parent)
        for parent in manifest["parent_map"].get(model["unique_id"], [])
    ]
    columns = EventHistoryMetadata(
        columns=_columns(model), parents={parent["relation_name"]: _columns(parent) for parent in parents if parent}
    )
    found = _build_column_lineage_metadata(
        columns, dict(model), manifest, invocation.dagster_dbt_translator, invocation.target_path, invocation.project
    )
    lineage = found.get(LINEAGE)
    deps = lineage.deps_by_column if isinstance(lineage, TableColumnLineage) else {}
    return {
        column: [(list(dep.asset_key.path), dep.column_name) for dep in origins] for column, origins in deps.items()
    }


def _columns(relation: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"data_type": column["data_type"]} for name, column in relation["columns"].items()}
