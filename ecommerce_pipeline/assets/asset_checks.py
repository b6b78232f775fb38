"""Checks of assets that are not the asset's own work: the lake's contract, and the marts against the shop's books."""

from collections.abc import Iterator
from typing import Any

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
from ecommerce_pipeline.assets.common import WAREHOUSE_POOL, daily, window_of_run
from ecommerce_pipeline.assets.source import shop_settings
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.lake_contract import breaches
from ecommerce_pipeline.quality.ledger_check import COLUMNS, compare_with_books
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.settings import Settings

TOLD = 10


def checks(settings: Settings) -> list[AssetChecksDefinition]:
    """Return the checks; only a synthetic shop has books to compare with."""
    return [_lake_contract(settings), *([_books(settings)] if settings.source == "synthetic" else [])]


def _lake_contract(settings: Settings) -> AssetChecksDefinition:
    specs = [
        AssetCheckSpec(
            "contract",
            asset=AssetKey([lake.LAYER, table]),
            description="Types, nulls, keys and days of the objects are as the table contract says.",
            blocking=True,
        )
        for table in TABLES
    ]

    @multi_asset_check(name="lake_contract", specs=specs, can_subset=True)
    def contract(context: AssetCheckExecutionContext, lake: ResourceParam[ObjectStore]) -> Iterator[AssetCheckResult]:
        window = _window(context, settings)
        for key in sorted(context.selected_asset_check_keys):
            table = TABLES[key.asset_key.path[-1]]
            wrong = list(breaches(lake, table, window if kind(table) == "event" else None))
            again = f". Mend them in the source and materialize {key.asset_key.to_user_string()} again" if wrong else ""
            yield AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=not wrong,
                description=f"{'; '.join(wrong[:TOLD])}{again}" or None,
                metadata={"window": str(window), "breaches": len(wrong)},
            )

    return contract


def _books(settings: Settings) -> AssetChecksDefinition:
    shop = shop_settings(settings)

    spec = AssetCheckSpec(
        "equals_the_books",
        asset=AssetKey(["datamart", "marts_sales_daily"]),
        description="Each day of which all rows are loaded has the totals of the shop's own books, to the cent.",
    )

    @multi_asset_check(name="books", specs=[spec], pool=WAREHOUSE_POOL)
    def books(context: AssetCheckExecutionContext, warehouse: ResourceParam[Warehouse]) -> Iterator[AssetCheckResult]:
        compared = compare_with_books(shop, warehouse, _window(context, settings))
        wrong = [day for day in compared if not day.equal]
        totals: dict[str, Any] = {
            f"{name} in {place}": float(sum(getattr(day, place)[position] for day in compared))
            for position, name in enumerate(COLUMNS)
            if name in {"orders_paid", "net_amount"}
            for place in ("books", "mart")
        }
        yield AssetCheckResult(
            passed=not wrong,
            description="; ".join(map(str, wrong[:TOLD])) or None,
            metadata={"days compared": MetadataValue.int(len(compared)), **totals},
        )

    return books


def _window(context: AssetCheckExecutionContext, settings: Settings) -> Window:
    """Return the days of the run; of a check that is run by itself, the newest day."""
    newest = str(daily(settings).get_last_partition_key())
    return window_of_run(context) or Window.of_keys(newest, newest)
