"""What a materialization of a dbt model reports beside dbt's own metadata."""

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    Output,
)
from dagster_dbt import DbtCliInvocation

from ecommerce_pipeline.assets.column_lineage import column_lineage
from ecommerce_pipeline.io_managers.metadata import PREVIEW_ROWS, preview, volume
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.quarantine import quarantined
from ecommerce_pipeline.resources.warehouse import Warehouse

Costs = defaultdict[str, Counter[str]]
"""What models cost, by dbt's names of them."""


class ModelMetadata:
    """Adds to a model's output what dbt does not say of it: rows, a preview, column lineage, rows by broken rule.

    A range stores the metadata of an output with each of its partitions. What is of the table as a whole and long, such
    as the lineage, goes to the newest partition alone, which the UI shows as the asset's own.
    """

    def __init__(
        self,
        context: AssetExecutionContext,
        warehouse: Warehouse,
        invocation: DbtCliInvocation,
        window: Window | None,
        costs: Costs,
    ) -> None:
        self._context = context
        self._newest = window.last.isoformat() if window else None
        self._invocation = invocation
        self._warehouse = warehouse
        self._counts = warehouse.row_counts()
        self._heads = warehouse.heads(list(self._counts), PREVIEW_ROWS)
        self._costs = costs
        self._quarantined = quarantined(warehouse, window) if window and invocation.is_successful() else {}

    def added_to(self, output: Output[Any]) -> Output[Any]:
        """Return a model's output with its metadata."""
        schema, name = output.output_name.split("__", 1)
        unique_id = str(output.metadata["unique_id"].value)
        lineage = column_lineage(self._invocation.manifest, unique_id, self._invocation.target_path)
        of_table: dict[str, Any] = {"preview": preview(self._heads[schema, name]), **lineage}
        key = AssetKey([schema, name])
        if self._context.assets_def.specs_by_key[key].partitions_def:
            self._context.add_asset_metadata(of_table, key, self._newest)
            of_table = {}
        return output.with_metadata(
            {
                **output.metadata,
                **volume(self._counts[schema, name]),
                "dagster/table_name": f"{schema}.{name}",
                "dagster/uri": self._warehouse.uri(schema, name),
                **self._costs.get(unique_id, {}),
                **self._quarantined.get(name, {}),
                **of_table,
            }
        )


def add_costs(costs: Costs, run_dir: Path) -> None:
    """Add what each model cost, by dbt's name of it; nothing where the warehouse sends no bill."""
    results = run_dir / "run_results.json"
    if not results.exists():  # dbt was killed before it wrote them
        return
    for result in json.loads(results.read_text())["results"]:
        answer = result["adapter_response"]
        if answer.get("bytes_billed") is not None:
            costs[result["unique_id"]].update(
                {"bytes billed": int(answer["bytes_billed"]), "slot milliseconds": int(answer.get("slot_ms") or 0)}
            )
