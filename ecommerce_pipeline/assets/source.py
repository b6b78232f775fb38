"""Step 1, source/<table>: the shop's tables in PostgreSQL.

With SOURCE=synthetic a partition is a day of the life of the shop's application: what it inserted, changed and deleted
on that day. With SOURCE=external they are external assets: the tables exist, and somebody else writes them.
"""

from collections.abc import Generator
from typing import Any

import pyarrow as pa
from dagster import AssetExecutionContext, AssetsDefinition, AssetSpec, MaterializeResult, asset
from sqlalchemy import Table

from ecommerce_pipeline.assets.common import ONE_RUN, AssetAttributes, asset_attributes, days_of_run
from ecommerce_pipeline.assets.stamps import shop_settings, stamp_source
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.io_managers.metadata import PREVIEWED_DAYS, partition_volume, preview, volume
from ecommerce_pipeline.prefetch import prefetch
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.synthetic import deleted, snapshot, written

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
        days = days_of_run(context)
        previewed = [*days][-PREVIEWED_DAYS:]
        by_day: dict[str, dict[str, Any]] = {}
        deleted: list[pa.Table] = []

        def batches() -> Generator[pa.RecordBatch, None, None]:
            for day in days:
                of_day = written(shop, table.name, day)
                deleted.append(of_day.deleted)
                by_day[day.isoformat()] = {
                    **partition_volume(of_day.rows.num_rows),
                    "rows deleted": of_day.deleted.num_rows,
                    **({"preview": preview(of_day.rows)} if day in previewed else {}),
                }
                yield from of_day.rows.to_batches()

        reader = pa.RecordBatchReader.from_batches(arrow_schema(table), prefetch(batches()))
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        postgres.write(table, reader, lambda: pa.concat_tables(deleted), days)
        add_partition_metadata(context, context.asset_key, by_day)
        return MaterializeResult(metadata={"days": days.summary})

    return events


def _dimension_asset(table: Table, settings: Settings) -> AssetsDefinition:
    shop = shop_settings(settings)

    @asset(**_attributes(table, settings), backfill_policy=ONE_RUN)
    @retried
    def dimension(context: AssetExecutionContext, postgres: PostgresResource) -> MaterializeResult[None]:
        days = days_of_run(context)
        rows = snapshot(shop, table.name, days.last)
        gone = deleted(shop, table.name, days.last)
        postgres.create_tables([table])
        stamp_source(settings, postgres)
        of_snapshot = {
            **volume(postgres.write(table, rows.to_reader(), lambda: gone, days)),
            "rows deleted": gone.num_rows,
            "as of": f"end of {days.last}",
            "preview": preview(rows),
        }
        add_partition_metadata(context, context.asset_key, {days.last.isoformat(): of_snapshot})
        return MaterializeResult(metadata={"days": days.summary})

    return dimension
