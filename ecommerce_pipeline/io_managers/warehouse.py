"""The warehouse IO manager: tables of the contract, loaded by the warehouse itself from the lake's objects.

It replaces exactly the partitions of the run. An asset returns references to objects (`LakeObjects`), or rows
(`pa.Table`), which are first written as objects. Loads `TableSlice` (a reference), `pa.Table` or `pandas.DataFrame`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
from dagster import ConfigurableIOManager, InputContext, MetadataValue, OutputContext, ResourceDependency
from sqlalchemy import Table

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.input_types import as_annotated
from ecommerce_pipeline.io_managers.lake import partition_keys, write_objects
from ecommerce_pipeline.io_managers.metadata import URI, cost, partition_volume, preview, report, volume
from ecommerce_pipeline.lake.batches import by_day
from ecommerce_pipeline.lake.objects import LakeObjects, find_objects
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import Warehouse, Writer
from ecommerce_pipeline.resources.warehouse.evolve import contract_columns, follow
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.forecasts import CONTRACTS
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

WAREHOUSE_IO_MANAGER: Final = "warehouse_io_manager"
"""The resource key under which assets name it."""


@dataclass(frozen=True)
class TableSlice:
    """The rows of days of a warehouse table, or all of them."""

    layer: str
    table: str
    days: Days | None

    @property
    def contract(self) -> Table:
        """The table's contract."""
        return CONTRACTS[self.layer][self.table]


class WarehouseIOManager(ConfigurableIOManager):
    """Stores an asset `[layer, table]` as the table of that name, in any warehouse."""

    warehouse: ResourceDependency[Warehouse]
    store: ResourceDependency[ObjectStore]

    @retried
    def handle_output(self, context: OutputContext, obj: LakeObjects | pa.Table) -> None:
        """Load the objects and replace the run's partitions by them in one transaction.

        Raises:
            PlatformError: An object is corrupt or holds rows of other days, or the table cannot follow the contract
                without loss; the table is unchanged.
        """
        slice_ = table_slice(context)
        table = slice_.contract
        if isinstance(obj, pa.Table):
            obj = self._write(slice_, obj)
        if not isinstance(obj, LakeObjects):
            raise PlatformError(
                f"{slice_.layer}/{slice_.table} returned {type(obj).__name__}: return LakeObjects or pa.Table"
            )
        changes = follow(self.warehouse, {(slice_.layer, slice_.table): contract_columns(table)})
        for name, change in changes.items():
            context.log.info(f"{'.'.join(name)} follows the contract: {change}")
        replaced = self.warehouse.replace(
            table,
            slice_.layer,
            obj.uris,
            obj.rows,
            days=slice_.days,
            writer=_writer(context),
        )
        by_day = {
            object_.partition: {
                **(partition_volume if slice_.days else volume)(object_.rows, object_.bytes),
                URI: MetadataValue.text(self.warehouse.uri(slice_.layer, slice_.table, object_.partition)),
            }
            for object_ in obj.objects
        }
        by_day[obj.objects[-1].partition] |= {
            "rows in table": replaced.rows,
            **cost(replaced.job),
            "preview": preview(replaced.head),
        }
        report(context, by_day)

    @retried
    def load_input(self, context: InputContext) -> Any:
        """Load the rows of the requested partitions as the argument's annotation asks."""
        slice_ = table_slice(context)
        columns = (context.definition_metadata or {}).get("columns")
        return as_annotated(
            context, slice_, lambda: self.warehouse.read(slice_.contract, slice_.layer, slice_.days, columns)
        )

    def _write(self, slice_: TableSlice, rows: pa.Table) -> LakeObjects:
        """Write rows as objects `<layer>/<table>/date=YYYY-MM-DD/part-0.parquet`, one per day of the run."""
        name = f"{slice_.layer}/{slice_.table}"
        if slice_.days is None:
            raise PlatformError(f"{name} returned rows, but has no partitions: give the asset the calendar")
        keys = [*map(str, slice_.days)]
        schema = arrow_schema(slice_.contract)
        reader = rows.select(schema.names).cast(schema).sort_by(BUSINESS_DATE).to_reader()
        write_objects(self.store, name, schema, by_day(reader, keys))
        return find_objects(self.store, name, keys)


def table_slice(context: InputContext | OutputContext) -> TableSlice:
    """Return the table and the days that a run reads or writes."""
    *_, layer, table = context.asset_key.path
    keys = partition_keys(context)
    return TableSlice(layer, table, Days.of(map(date.fromisoformat, keys)) if keys else None)


def _writer(context: OutputContext) -> Writer:
    """Return the asset, the run and the attempt that write."""
    return Writer(
        asset=context.asset_key.to_user_string(),
        run_id=context.step_context.run_id,
        attempt=context.step_context.previous_attempt_count,
    )
