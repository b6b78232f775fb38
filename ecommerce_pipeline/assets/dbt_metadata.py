"""What a materialization of a dbt model reports in addition to dbt's own metadata."""

from collections.abc import Sequence
from typing import Any

from dagster import AssetExecutionContext, AssetKey, Output

from ecommerce_pipeline.assets.column_lineage import column_lineage
from ecommerce_pipeline.assets.dbt_build import BuiltPart, total_costs
from ecommerce_pipeline.io_managers.metadata import PREVIEW_ROWS, preview, volume
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.quarantine import quarantined
from ecommerce_pipeline.resources.warehouse import Warehouse


class ModelMetadata:
    """Adds to a model's output rows, a preview, column lineage, costs and, for a quarantine, rows by broken rule.

    A run over several days stores an output's metadata with each of its partitions. Long metadata of the table as a
    whole, such as the lineage, goes to the newest partition alone, which the UI shows as the asset's own.
    """

    def __init__(
        self, context: AssetExecutionContext, warehouse: Warehouse, parts: Sequence[BuiltPart], window: Window
    ) -> None:
        self._context = context
        self._newest = window.last.isoformat()
        self._last_part = parts[-1]
        self._warehouse = warehouse
        self._counts = warehouse.row_counts()
        self._heads = warehouse.heads(list(self._counts), PREVIEW_ROWS)
        self._costs = total_costs(parts)
        self._quarantined = quarantined(warehouse, window) if not self._last_part.error else {}

    def added_to(self, output: Output[Any]) -> Output[Any]:
        """Return a model's output with its metadata."""
        schema, name = output.output_name.split("__", 1)
        unique_id = str(output.metadata["unique_id"].value)
        lineage = column_lineage(self._last_part.manifest, unique_id, self._last_part.target_path)
        of_table: dict[str, Any] = {"preview": preview(self._heads[schema, name]), **lineage}
        self._context.add_asset_metadata(of_table, AssetKey([schema, name]), self._newest)
        return output.with_metadata(
            {
                **output.metadata,
                **volume(self._counts[schema, name]),
                "dagster/table_name": f"{schema}.{name}",
                "dagster/uri": self._warehouse.uri(schema, name),
                **self._costs.get(unique_id, {}),
                **self._quarantined.get(name, {}),
            }
        )
