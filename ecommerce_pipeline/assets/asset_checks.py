"""Checks that are not an asset's own work: the lake's contract, and the sales mart against the shop's ledger."""

from collections.abc import Iterator
from typing import Any, Final

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    ResourceParam,
    multi_asset_check,
)

from ecommerce_pipeline.assets import lake
from ecommerce_pipeline.assets.common import WAREHOUSE_POOL, days_to_check
from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.execution.retries import retried
from ecommerce_pipeline.quality.lake_contract import breaches
from ecommerce_pipeline.quality.ledger_check import COLUMNS, compare_with_ledger
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import STAGING, TABLES, kind
from ecommerce_pipeline.settings import Settings

MESSAGES_SHOWN: Final = 10
TOTALS_SHOWN: Final = ("orders_sold", "net_amount")


def checks(settings: Settings) -> list[AssetChecksDefinition]:
    """Return the checks; only a synthetic shop has a ledger to compare with."""
    return [_lake_contract(), *([_ledger(settings)] if settings.source == "synthetic" else [])]


def _lake_contract() -> AssetChecksDefinition:
    specs = [
        AssetCheckSpec(
            "contract",
            asset=AssetKey([lake.LAYER, table]),
            description="Types, nulls, keys and days of the objects follow the table contract.",
            blocking=True,
        )
        for table in TABLES
    ]

    @multi_asset_check(name="lake_contract", specs=specs, can_subset=True)
    @retried
    def contract(context: AssetCheckExecutionContext, lake: ResourceParam[ObjectStore]) -> Iterator[AssetCheckResult]:
        days = days_to_check(context, {key.asset_key for key in context.selected_asset_check_keys})
        for key in sorted(context.selected_asset_check_keys):
            table = STAGING[key.asset_key.path[-1]]
            found = list(breaches(lake, table, days if kind(table) == "event" else None))
            remedy = f". Correct the source and materialize {key.asset_key.to_user_string()} again" if found else ""
            yield AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=not found,
                description=f"{'; '.join(found[:MESSAGES_SHOWN])}{remedy}" or None,
                metadata={"days": days.summary, "breaches": len(found)},
            )

    return contract


def _ledger(settings: Settings) -> AssetChecksDefinition:
    shop = shop_settings(settings)

    spec = AssetCheckSpec(
        "matches_ledger",
        asset=AssetKey(["datamart", "marts_sales_daily"]),
        description="Each day of which the source has all rows has the totals of the shop's ledger, to the cent.",
    )

    @multi_asset_check(name="ledger", specs=[spec], pool=WAREHOUSE_POOL)
    @retried
    def matches_ledger(
        context: AssetCheckExecutionContext, postgres: PostgresResource, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[AssetCheckResult]:
        days = compare_with_ledger(shop, postgres, warehouse, days_to_check(context, [spec.asset_key]))
        unequal = [day for day in days if not day.equal]
        totals: dict[str, Any] = {}
        for name in TOTALS_SHOWN:
            position = COLUMNS.index(name)
            totals[f"{name} in ledger"] = float(sum(day.ledger[position] for day in days))
            totals[f"{name} in mart"] = float(sum(day.mart[position] for day in days))
        yield AssetCheckResult(
            passed=not unequal,
            description="; ".join(map(str, unequal[:MESSAGES_SHOWN])) or None,
            metadata={"days compared": MetadataValue.int(len(days)), **totals},
        )

    return matches_ledger
