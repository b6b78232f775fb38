"""The columns of dbt's models as they are defined, read from the manifest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecommerce_pipeline.resources.warehouse import TableName
from ecommerce_pipeline.resources.warehouse.evolve import Defined
from ecommerce_pipeline.schema.dbt import contract_type


def models_with_history(manifest: Path) -> dict[TableName, Defined]:
    """Return the columns of the models that a run extends; others are replaced whole, whatever their columns."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    nodes = [node for node in nodes if node["config"].get("materialized") == "incremental"]
    return {
        (node["config"]["schema"], node["name"]): {
            name: (contract_type(column["data_type"]), not _is_required(column))
            for name, column in node["columns"].items()
        }
        for node in nodes
    }


def _is_required(column: Mapping[str, Any]) -> bool:
    return any(constraint["type"] == "not_null" for constraint in column["constraints"])
