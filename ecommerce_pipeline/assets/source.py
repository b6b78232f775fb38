"""Step 1, source/<table>: the shop's tables in PostgreSQL.

With SOURCE=synthetic they are generated: events replace their written days, dimensions are upserted by key. With
SOURCE=external they are external assets: the tables exist, and somebody else writes them.
"""

from collections.abc import Generator

import pyarrow as pa
from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, asset
from sqlalchemy import Table

from ecommerce_pipeline.assets.common import ONE_RUN, AssetAttributes, asset_attributes, window_of_run
from ecommerce_pipeline.assets.stamps import shop_settings, stamp_source
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.metadata import PREVIEW_ROWS, days, preview, volume
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
    storage = f"Table {table.schema}.{table.name} of the shop's PostgreSQL."
    return asset_attributes(LAYER, table, settings, storage, {"postgres"})


def _event_asset(table: Table, settings: Settings) -> AssetsDefinition:
    shop = shop_settings(settings)

    @asset(**_attributes(table, settings), backfill_policy=ONE_RUN)
    @retried
    def events(context: AssetExecutionContext, postgres: PostgresResource) -> MaterializeResult[None]:
        window = window_of_run(context)
        keys = [day.isoformat() for day in window.days()]
        first_rows = generate(shop, table.name, window.start).slice(0, PREVIEW_ROWS)

        def batches() -> Generator[pa.RecordBatch, None, None]:
            for day in window.days():
                yield from generate(shop, table.name, day).to_batches()

        reader = pa.RecordBatchReader.from_batches(arrow_schema(table), prefetch(batches()))
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        rows = postgres.replace_window(table, window, reader)
        return MaterializeResult(metadata={**volume(rows), **days(keys), "preview": preview(first_rows)})

    return events


def _dimension_asset(table: Table, settings: Settings) -> AssetsDefinition:
    shop = shop_settings(settings)

    @asset(**_attributes(table, settings), backfill_policy=ONE_RUN)
    @retried
    def dimension(context: AssetExecutionContext, postgres: PostgresResource) -> MaterializeResult[None]:
        day = window_of_run(context).last
        rows = snapshot(shop, table.name, day)
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        written = postgres.upsert(table, rows.to_reader())
        return MaterializeResult(metadata={**volume(written), "as of": f"end of {day}", "preview": preview(rows)})

    return dimension
