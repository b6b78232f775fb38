"""The warehouse IO manager: staging tables, loaded by the warehouse itself from the lake's objects.

It replaces exactly the partitions of the run. Hands over `TableSlice` (a reference), `pa.Table` or `pandas.DataFrame`.
"""

from dataclasses import dataclass
from typing import Any

from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext, ResourceDependency

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.io_managers.annotations import hand_over
from ecommerce_pipeline.io_managers.describe import days, preview, volume
from ecommerce_pipeline.io_managers.lake import partition_keys
from ecommerce_pipeline.io_managers.objects import LakeObjects
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.duckdb import DuckDBWarehouse
from ecommerce_pipeline.schema.tables import TABLES


@dataclass(frozen=True)
class TableSlice:
    """The rows of a warehouse table that were written in a window, or all of them."""

    schema: str
    table: str
    window: Window | None


class WarehouseIOManager(ConfigurableIOManager):
    """Keeps an asset `[schema, table]` as the table of that name."""

    warehouse: ResourceDependency[DuckDBWarehouse]

    def handle_output(self, context: OutputContext, obj: LakeObjects) -> None:
        """Load the objects and replace the run's partitions by them, in one transaction.

        Raises:
            PlatformError: An object is corrupt or holds rows of other days; the table is as it was then.
        """
        slice_ = table_slice(context)
        if not isinstance(obj, LakeObjects):
            raise PlatformError(f"{slice_.schema}/{slice_.table} returned {type(obj).__name__}: return LakeObjects")
        total, head = self.warehouse.replace(TABLES[slice_.table], slice_.schema, obj.uris, obj.rows, slice_.window)
        context.add_output_metadata(
            {
                **volume(obj.rows, obj.bytes),
                **days(partition_keys(context)),
                "rows in table": total,
                "dagster/table_name": f"{slice_.schema}.{slice_.table}",
                "dagster/uri": MetadataValue.text(f"{self.warehouse.path}#{slice_.schema}.{slice_.table}"),
                "preview": preview(head),
            }
        )

    def load_input(self, context: InputContext) -> Any:
        """Hand over the rows of the partitions asked for, as the argument's annotation asks."""
        slice_ = table_slice(context)
        return hand_over(
            context, slice_, lambda: self.warehouse.read(TABLES[slice_.table], slice_.schema, slice_.window)
        )


def table_slice(context: InputContext | OutputContext) -> TableSlice:
    """Return the table and the window that a run reads or writes."""
    *_, schema, table = context.asset_key.path
    keys = partition_keys(context)
    return TableSlice(schema, table, Window.of_keys(keys[0], keys[-1]) if keys else None)
