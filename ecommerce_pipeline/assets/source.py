"""Step 1, source/<table>: the shop's tables in PostgreSQL.

With SOURCE=synthetic they are generated: events replace their written days, dimensions are upserted by key. With
SOURCE=external they are external assets: the tables exist, and somebody else writes them.
"""

from collections.abc import Generator
from typing import Any

import pyarrow as pa
from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, asset
from sqlalchemy import Table

from ecommerce_pipeline.assets.common import ONE_RUN, AssetAttributes, asset_attributes, window_of_run
from ecommerce_pipeline.assets.stamps import shop_settings, stamp_source
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.metadata import PREVIEWED_DAYS, partition_volume, preview, volume
from ecommerce_pipeline.prefetch import prefetch
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import generate, snapshot

LAYER = "source"


def source_assets(settings: Settings) -> list[AssetsDefinition | AssetSpec]:
    """Return one asset per source table."""
    if settings.source == "external":
        return [AssetSpec(**_attributes(table, settings)) for table in TABLES.values()]
    return [
        _event_asset(table, settings) if kind(table) == "event" else _dimension_asset(table, settings)
        for table in TABLES.values()
    ]


def _attributes(table: Table, settings: Settings) -> AssetAttributes:
    name = f"{table.schema}.{table.name}"
    storage = f"Table {name} of the shop's PostgreSQL."
    return asset_attributes(LAYER, table, settings, storage, {"postgres"}, table_name=name)


def _event_asset(table: Table, settings: Settings) -> AssetsDefinition:
    shop = shop_settings(settings)

    @asset(**_attributes(table, settings), backfill_policy=ONE_RUN)
    @retried
    def events(context: AssetExecutionContext, postgres: PostgresResource) -> MaterializeResult[None]:
        window = window_of_run(context)
        previewed = [*window.days()][-PREVIEWED_DAYS:]
        by_day: dict[str, dict[str, Any]] = {}

        def batches() -> Generator[pa.RecordBatch, None, None]:
            for day in window.days():
                rows = generate(shop, table.name, day)
                by_day[day.isoformat()] = {
                    **partition_volume(rows.num_rows),
                    **({"preview": preview(rows)} if day in previewed else {}),
                }
                yield from rows.to_batches()

        reader = pa.RecordBatchReader.from_batches(arrow_schema(table), prefetch(batches()))
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        postgres.replace_window(table, window, reader)
        add_partition_metadata(context, context.asset_key, by_day)
        return MaterializeResult(metadata={"window": str(window)})

    return events


def _dimension_asset(table: Table, settings: Settings) -> AssetsDefinition:
    shop = shop_settings(settings)

    @asset(**_attributes(table, settings), backfill_policy=ONE_RUN)
    @retried
    def dimension(context: AssetExecutionContext, postgres: PostgresResource) -> MaterializeResult[None]:
        window = window_of_run(context)
        rows = snapshot(shop, table.name, window.last)
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        of_snapshot = {
            **volume(postgres.upsert(table, rows.to_reader())),
            "as of": f"end of {window.last}",
            "preview": preview(rows),
        }
        add_partition_metadata(context, context.asset_key, {window.last.isoformat(): of_snapshot})
        return MaterializeResult(metadata={"window": str(window)})

    return dimension
