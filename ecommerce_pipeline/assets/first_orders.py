"""lake/first_orders: of each person the first order before the first day that was loaded, read from the source weekly.

A run in between keeps what was read: the history hardly changes, and reading it costs what it is long.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pyarrow as pa
from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MetadataValue, ResourceParam, asset

from ecommerce_pipeline.assets import source
from ecommerce_pipeline.assets.common import ONE_RUN, asset_attributes, days_of_run
from ecommerce_pipeline.assets.lake import LAYER
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.lake import LAKE_IO_MANAGER
from ecommerce_pipeline.lake.objects import find_object, read_object
from ecommerce_pipeline.resources.dbt.project import DBT_DIR
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import ORDERS, first_orders
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

KEPT: Final = timedelta(days=7)
READ_AT: Final = "read at"
BEFORE: Final = "before"

_KEY: Final = AssetKey([LAYER, first_orders.name])


def first_orders_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset."""

    @asset(
        **asset_attributes(LAYER, first_orders, settings, "Parquet, one object.", target_of(settings).lake_kinds),
        deps=[AssetKey([source.LAYER, name]) for name in (ORDERS, "payment_attempts")],
        io_manager_key=LAKE_IO_MANAGER,
        backfill_policy=ONE_RUN,
    )
    @retried
    def objects(
        context: AssetExecutionContext, postgres: PostgresResource, lake: ResourceParam[ObjectStore]
    ) -> pa.RecordBatchReader:
        if settings.source == "synthetic":  # its days before those that were written are not there
            return arrow_schema(first_orders).empty_table().to_reader()
        before, now = _first_day(context), datetime.now(UTC)
        read_at = _read_at(context, before)
        if read_at and now - read_at < KEPT and (kept := _kept(lake)) is not None:
            context.add_output_metadata({READ_AT: MetadataValue.timestamp(read_at), BEFORE: str(before)})
            return kept.to_reader()
        context.add_output_metadata({READ_AT: MetadataValue.timestamp(now), BEFORE: str(before)})
        approved = _words("payment_status", "approved") if settings.sold_by == "payments" else []
        return postgres.first_orders(before, guests=settings.guests_by_email, approved=approved)

    return objects


def _words(kind: str, group: str) -> list[str]:
    """Return the words of a group, from dbt's seed."""
    with (DBT_DIR / "seeds" / "shop_words.csv").open(encoding="utf-8") as file:
        return [row["word"] for row in csv.DictReader(file) if (row["kind"], row["group_name"]) == (kind, group)]


def _read_at(context: AssetExecutionContext, before: date) -> datetime | None:
    """Return when the source was last read up to this day; None if it was not."""
    event = context.instance.get_latest_materialization_event(_KEY)
    metadata = event.asset_materialization.metadata if event and event.asset_materialization else {}
    if READ_AT not in metadata or str(metadata[BEFORE].value) != str(before):
        return None
    return datetime.fromtimestamp(float(str(metadata[READ_AT].value)), UTC)


def _kept(lake: ObjectStore) -> pa.Table | None:
    try:
        return read_object(lake, find_object(lake, first_orders.name, None))
    except PlatformError:  # it was deleted with the lake
        return None


def _first_day(context: AssetExecutionContext) -> date:
    """Return the first day that was loaded, or will be by this run."""
    loaded = context.instance.get_materialized_partitions(AssetKey([LAYER, ORDERS]))
    return min([days_of_run(context).first, *map(date.fromisoformat, loaded)])
