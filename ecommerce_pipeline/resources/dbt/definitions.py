"""What dbt's models are defined as, read from the manifest: the columns of a model, and the tables that it reads."""

import json
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from ecommerce_pipeline.resources.warehouse import TableName
from ecommerce_pipeline.resources.warehouse.evolve import Defined
from ecommerce_pipeline.schema.dbt import contract_type


def models_with_history(manifest: Path) -> dict[TableName, Defined]:
    """Return the columns of the models that a run extends; others are replaced whole, whatever their columns."""
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    nodes = [node for node in nodes if node["config"].get("materialized") == "incremental"]
    return {
        (node["config"]["schema"], node["name"]): {
            name: (contract_type(column["data_type"]), not _is_required(column))
            for name, column in node["columns"].items()
        }
        for node in nodes
    }


def tables_read(manifest: Path, models: AbstractSet[TableName]) -> set[TableName]:
    """Return the tables that models read and do not build themselves: staging tables and other models."""
    content = json.loads(manifest.read_bytes())
    names = {id_: (source["source_name"], source["name"]) for id_, source in content["sources"].items()}
    names |= {id_: (node["config"]["schema"], node["name"]) for id_, node in content["nodes"].items()}
    read = {
        names[parent]
        for id_, node in content["nodes"].items()
        if node["resource_type"] == "model" and names[id_] in models
        for parent in node["depends_on"]["nodes"]
    }
    return read - models


def _is_required(column: Mapping[str, Any]) -> bool:
    return any(constraint["type"] == "not_null" for constraint in column["constraints"])
