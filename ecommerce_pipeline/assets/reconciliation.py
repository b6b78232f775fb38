"""Step 3, staging/reconciliation: what each table has in PostgreSQL, in the lake and in staging, and if it is equal.

Its checks stop the run before dbt: marts of rows that were lost or doubled on the way would be wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, Final

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
)
from sqlalchemy import Table

from ecommerce_pipeline.assets.common import WAREHOUSE_IO_MANAGER, WAREHOUSE_POOL, presented, table_asset
from ecommerce_pipeline.assets.staging import LAYER, WAREHOUSE_KINDS
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.lake.objects import AT_ONCE, LakeObject, LakeObjects, find_object, object_path
from ecommerce_pipeline.partitions import Window, start_of
from ecommerce_pipeline.quality.layers import InLake, InSource, InStaging, Place
from ecommerce_pipeline.quality.reconcile import Account, difference, newer_in_source, reconcile
from ecommerce_pipeline.quality.volume import FEWEST, MOST, WEEKS_BACK, Counts, unusual_days
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, WRITTEN_AT, kind, reconciliation
from ecommerce_pipeline.settings import Settings

DAYS_SHOWN: Final = 31


def reconciliation_asset(settings: Settings) -> AssetsDefinition:
    """Return the asset: one partition a written day, with a check per table of equality and of volume."""
    key = AssetKey([LAYER, reconciliation.name])
    place = "With checks that stop the run where they differ."

    @table_asset(
        presented(LAYER, reconciliation, settings, place, {WAREHOUSE_KINDS[settings.target]}),
        deps=[AssetKey([LAYER, table]) for table in TABLES],
        check_specs=[*_equality_specs(key), *_volume_specs(key)],
        io_manager_key=WAREHOUSE_IO_MANAGER,
        pool=WAREHOUSE_POOL,
    )
    def accounts(
        context: AssetExecutionContext,
        postgres: PostgresResource,
        lake: ResourceParam[ObjectStore],
        warehouse: ResourceParam[Warehouse],
    ) -> Iterator[Output[LakeObjects] | AssetCheckResult]:
        keys = sorted(context.partition_keys)
        window = Window.of_keys(keys[0], keys[-1])
        places = (InSource(postgres), InLake(lake), InStaging(warehouse))
        found = reconcile([*TABLES.values()], window, places)
        yield Output(_written(lake, window, found))
        for table in TABLES.values():
            yield _equality(table, found[table.name], places)
        counts = _history(warehouse, window) | _counts(found)
        for name in EVENTS:
            yield _volume(name, window, counts)

    return accounts


def _equality_specs(key: AssetKey) -> Iterator[AssetCheckSpec]:
    for table in TABLES:
        text = f"{table}: the same rows in PostgreSQL, the lake and staging, by number and checksum, day by day."
        yield AssetCheckSpec(f"{table}_reconciled", asset=key, description=text, blocking=True)


def _volume_specs(key: AssetKey) -> Iterator[AssetCheckSpec]:
    for table in EVENTS:
        text = f"{table}: {FEWEST:g} to {MOST:g} times the median rows of the same weekday, {WEEKS_BACK} weeks back."
        yield AssetCheckSpec(f"{table}_volume", asset=key, description=text)


def _equality(table: Table, accounts: Sequence[Account], places: Sequence[Place]) -> AssetCheckResult:
    wrong = [account for account in accounts if not account.equal]
    metadata: dict[str, Any] = {
        "partitions": len(accounts),
        **{f"rows in {place.name}": sum(account.digests[place.name].rows for account in accounts) for place in places},
        "by partition": MetadataValue.md(_by_partition([*wrong, *accounts][:DAYS_SHOWN], places)),
    }
    # A dimension is a snapshot: what the shop has changed since is not lost, the next run reads it.
    lake, staging = (accounts[0].digests[place.name] for place in places[1:])
    if wrong and kind(table) == "dimension" and lake == staging and newer_in_source(table, places):
        return AssetCheckResult(
            check_name=f"{table.name}_reconciled",
            passed=True,
            description=f"{table.name} has changed in the source since it was read; the lake and staging are equal.",
            metadata=metadata,
        )
    said = "; ".join(difference(table, account, places) for account in wrong[:3])
    again = f". Materialize lake/{table.name} and staging/{table.name} of these days again" if wrong else ""
    return AssetCheckResult(
        check_name=f"{table.name}_reconciled",
        passed=not wrong,
        severity=AssetCheckSeverity.ERROR,
        description=f"{said}{again}" or None,
        metadata=metadata,
    )


def _by_partition(accounts: Sequence[Account], places: Sequence[Place]) -> str:
    names = [place.name for place in places]
    lines = [["partition", *(f"rows in {name}" for name in names), "checksum", "equal"], ["---"] * (len(names) + 3)]
    for account in accounts:
        digests = [account.digests[name] for name in names]
        checksums = dict.fromkeys(digest.checksum for digest in digests)
        lines.append(
            [
                str(account.day or "all"),
                *(f"{digest.rows:,}" for digest in digests),
                " ≠ ".join(checksums),
                "yes" if account.equal else "NO",
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _written(store: ObjectStore, window: Window, found: Mapping[str, Sequence[Account]]) -> LakeObjects:
    """Write the accounts to the lake, an object a day, from where the warehouse loads them like any table."""

    def write(position: int, day: date) -> LakeObject:
        rows = [
            {"table_name": account.table, WRITTEN_AT: start_of(day)}
            | {f"rows_{name}": digest.rows for name, digest in account.digests.items()}
            | {f"checksum_{name}": digest.checksum for name, digest in account.digests.items()}
            for account in (found[name][position] for name in EVENTS)
        ]
        with store.writing(object_path(reconciliation.name, day.isoformat())) as file:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
        return find_object(store, reconciliation.name, day.isoformat())

    schema = arrow_schema(reconciliation)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return LakeObjects(reconciliation.name, tuple(pool.map(write, range(len(window)), window.days())))


def _counts(found: Mapping[str, Sequence[Account]]) -> dict[tuple[str, date], int]:
    return {
        (name, account.day): account.digests[LAYER].rows for name in EVENTS for account in found[name] if account.day
    }


def _history(warehouse: Warehouse, window: Window) -> dict[tuple[str, date], int]:
    """Return the rows of the weeks before the window, as far as they were reconciled."""
    before = Window(window.start - timedelta(weeks=WEEKS_BACK), window.start)
    try:
        rows = warehouse.read(reconciliation, LAYER, before, ["table_name", WRITTEN_AT, "rows_staging"])
    except PlatformError:  # the first run: there is no table yet
        return {}
    return {(row["table_name"], row[WRITTEN_AT].date()): row["rows_staging"] for row in rows.to_pylist()}


def _volume(table: str, window: Window, counts: Counts) -> AssetCheckResult:
    unusual = unusual_days(table, window, counts)
    return AssetCheckResult(
        check_name=f"{table}_volume",
        passed=not unusual,
        # The run goes on: a campaign is no error. Somebody has to know, though.
        severity=AssetCheckSeverity.ERROR,
        description="; ".join(unusual[:DAYS_SHOWN]) or None,
        metadata={
            "partitions": len(window),
            "unusual": len(unusual),
            f"rows of {window.last}": counts[table, window.last],
        },
    )
