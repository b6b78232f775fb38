"""Step 3, staging/reconciliation: the rows of each table in PostgreSQL, the lake and staging, and whether they agree.

Its checks stop the run before dbt: rows that were lost or duplicated on the way would make the marts wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MetadataValue,
    Output,
    ResourceParam,
    asset,
)
from sqlalchemy import Table

from ecommerce_pipeline.assets.campaigns import campaign_calendar
from ecommerce_pipeline.assets.common import ONE_RUN, WAREHOUSE_POOL, asset_attributes, days_of_run
from ecommerce_pipeline.assets.staging import LAYER
from ecommerce_pipeline.errors import NotBuiltError
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.forecasts.campaigns import Campaigns
from ecommerce_pipeline.io_managers import markdown
from ecommerce_pipeline.io_managers.warehouse import WAREHOUSE_IO_MANAGER
from ecommerce_pipeline.lake.objects import AT_ONCE, LakeObject, LakeObjects, find_object, object_path
from ecommerce_pipeline.partitions import Days, Window
from ecommerce_pipeline.quality.layers import LakeLayer, Layer, SourceLayer, StagingLayer
from ecommerce_pipeline.quality.reconcile import Comparison, difference, reconcile, source_as_read
from ecommerce_pipeline.quality.volume import HISTORY_DAYS, LEAST_DAYS, Counts, unusual_days
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, EVENTS, TABLES, reconciliation
from ecommerce_pipeline.schema.tables import STAGING as STAGED
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

DAYS_SHOWN: Final = 31
DIFFERENCES_SHOWN: Final = 3


def reconciliation_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset: one partition per business day, with a check per table of equality and of volume."""
    key = AssetKey([LAYER, reconciliation.name])
    purpose = "With checks that stop the run where they differ."

    @asset(
        **asset_attributes(
            LAYER,
            reconciliation,
            settings,
            purpose,
            target_of(settings).warehouse_kinds,
            table_name=f"{LAYER}.{reconciliation.name}",
        ),
        deps=[AssetKey([LAYER, table]) for table in TABLES],
        check_specs=[*_equality_specs(key), *_volume_specs(key)],
        io_manager_key=WAREHOUSE_IO_MANAGER,
        pool=WAREHOUSE_POOL,
        backfill_policy=ONE_RUN,
    )
    @retried
    def comparisons(
        context: AssetExecutionContext,
        postgres: PostgresResource,
        lake: ResourceParam[ObjectStore],
        warehouse: ResourceParam[Warehouse],
    ) -> Iterator[Output[LakeObjects] | AssetCheckResult]:
        days = days_of_run(context)
        layers = (SourceLayer(postgres), LakeLayer(lake), StagingLayer(warehouse))
        by_table = reconcile([STAGED[name] for name in TABLES], days, layers)
        as_read = {
            name: [source_as_read(STAGED[name], comparison, layers) for comparison in comparisons]
            for name, comparisons in by_table.items()
        }
        yield Output(_write(lake, days, as_read))
        for table in map(STAGED.__getitem__, TABLES):
            yield _equality(table, by_table[table.name], as_read[table.name], layers)
        counts = _history(warehouse, days) | _counts(by_table)
        campaigns, today = campaign_calendar(settings, warehouse), datetime.now(ZoneInfo(settings.time_zone)).date()
        for name in EVENTS:
            yield _volume(name, days, counts, campaigns, today)

    return comparisons


def _equality_specs(key: AssetKey) -> Iterator[AssetCheckSpec]:
    for table in TABLES:
        text = f"{table}: the same rows in PostgreSQL, the lake and staging, by number and checksum, day by day."
        yield AssetCheckSpec(f"{table}_reconciled", asset=key, description=text, blocking=True)


def _volume_specs(key: AssetKey) -> Iterator[AssetCheckSpec]:
    for table in EVENTS:
        text = (
            f"{table}: as many rows as the {HISTORY_DAYS} days before let expect, by weekday, level and campaign; "
            f"with fewer than {LEAST_DAYS} days before there is nothing to compare with."
        )
        yield AssetCheckSpec(f"{table}_volume", asset=key, description=text)


def _equality(
    table: Table, comparisons: Sequence[Comparison], as_read: Sequence[Comparison], layers: Sequence[Layer]
) -> AssetCheckResult:
    """Return the result: that the rows were equal when they were read, with their numbers now."""
    unequal = [comparison for comparison in comparisons if not comparison.equal]
    rows = {layer.name: sum(comparison.digests[layer.name].rows for comparison in comparisons) for layer in layers}
    metadata: dict[str, Any] = {
        "partitions": len(comparisons),
        **{f"rows in {layer}": count for layer, count in rows.items()},
        "by partition": MetadataValue.md(_by_partition([*unequal, *comparisons][:DAYS_SHOWN], layers)),
    }
    lost = [comparison for comparison in as_read if not comparison.equal]
    if unequal and not lost:
        return AssetCheckResult(
            check_name=f"{table.name}_reconciled",
            passed=True,
            description=f"{table.name} has changed in the source since it was read; the lake and staging are equal.",
            metadata=metadata,
        )
    differences = "; ".join(difference(table, comparison, layers) for comparison in lost[:DIFFERENCES_SHOWN])
    remedy = f". Materialize lake/{table.name} and staging/{table.name} of these days again" if lost else ""
    return AssetCheckResult(
        check_name=f"{table.name}_reconciled",
        passed=not lost,
        severity=AssetCheckSeverity.ERROR,
        description=f"{differences}{remedy}" or None,
        metadata=metadata,
    )


def _by_partition(comparisons: Sequence[Comparison], layers: Sequence[Layer]) -> str:
    """Return a Markdown table with a line per comparison."""
    names = [layer.name for layer in layers]
    rows = []
    for comparison in comparisons:
        digests = [comparison.digests[name] for name in names]
        checksums = dict.fromkeys(digest.checksum for digest in digests)
        rows.append(
            [
                comparison.day or "all",
                *(f"{digest.rows:,}" for digest in digests),
                " ≠ ".join(checksums),
                "yes" if comparison.equal else "NO",
            ]
        )
    return markdown.table(["partition", *(f"rows in {name}" for name in names), "checksum", "equal"], rows)


def _write(store: ObjectStore, days: Days, by_table: Mapping[str, Sequence[Comparison]]) -> LakeObjects:
    """Write the comparisons to the lake, one object per day, which the warehouse loads like those of any table."""
    schema = arrow_schema(reconciliation)

    def write_day(position: int, day: date) -> LakeObject:
        rows = [
            {"table_name": comparison.table, BUSINESS_DATE: day}
            | {f"rows_{name}": digest.rows for name, digest in comparison.digests.items()}
            | {f"checksum_{name}": digest.checksum for name, digest in comparison.digests.items()}
            for comparison in (by_table[name][position] for name in EVENTS)
        ]
        with store.writing(object_path(reconciliation.name, day.isoformat())) as file:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
        return find_object(store, reconciliation.name, day.isoformat())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return LakeObjects(reconciliation.name, tuple(pool.map(write_day, range(len(days)), days)))


def _counts(by_table: Mapping[str, Sequence[Comparison]]) -> dict[tuple[str, date], int]:
    return {
        (name, comparison.day): comparison.digests[LAYER].rows
        for name in EVENTS
        for comparison in by_table[name]
        if comparison.day
    }


def _history(warehouse: Warehouse, days: Days) -> dict[tuple[str, date], int]:
    """Return the rows of the days before those that were reconciled, and of those between them."""
    before = Days((Window(days.first - timedelta(days=HISTORY_DAYS), days.last),))
    try:
        rows = warehouse.read(reconciliation, LAYER, before, ["table_name", BUSINESS_DATE, "rows_staging"])
    except NotBuiltError:  # the first run
        return {}
    return {(row["table_name"], row[BUSINESS_DATE]): row["rows_staging"] for row in rows.to_pylist()}


def _volume(table: str, days: Days, counts: Counts, campaigns: Campaigns, today: date) -> AssetCheckResult:
    unusual = unusual_days(table, days, counts, campaigns, today)
    return AssetCheckResult(
        check_name=f"{table}_volume",
        passed=not unusual,
        # An error, so that somebody is alerted; but not blocking, as a sales campaign is no reason to stop the run.
        severity=AssetCheckSeverity.ERROR,
        description="; ".join(unusual[:DAYS_SHOWN]) or None,
        metadata={
            "partitions": len(days),
            "unusual": len(unusual),
            f"rows of {days.last}": counts[table, days.last],
        },
    )
