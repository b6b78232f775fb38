"""Step 4, core/<model> and datamart/<model>: the dbt models, from staging to marts.

Models tagged `daily` are partitioned: dbt replaces the days of the run. The others are rebuilt whole.
"""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Final

from dagster import AssetExecutionContext, AssetsDefinition, ResourceParam

from ecommerce_pipeline.assets.common import ONE_RUN, WAREHOUSE_POOL, days_of_run, days_to_check
from ecommerce_pipeline.assets.dbt_build import BuiltPart, Event, build_part, combined_events, partly_built
from ecommerce_pipeline.assets.dbt_metadata import with_metadata
from ecommerce_pipeline.assets.dbt_translator import Translator
from ecommerce_pipeline.assets.early import prepare_later_steps
from ecommerce_pipeline.assets.table_definitions import tables_to_follow
from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.execution.retries import last_attempt, retried
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.exchange_rates import check_rates
from ecommerce_pipeline.quality.loaded import rows_loaded
from ecommerce_pipeline.quality.quarantine_guard import excessive
from ecommerce_pipeline.quality.rows_by_day import QUARANTINES, count_rows
from ecommerce_pipeline.resources.dbt.library import dbt_assets
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.dbt.resource import DbtResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.resources.warehouse.evolve import follow
from ecommerce_pipeline.schema.tables import BUSINESS_DATE
from ecommerce_pipeline.settings import Settings

QUARANTINES_SHOWN: Final = 5
WITH_RATES: Final = {"fact_order", "fact_refund"}
"""The models that hold exchange rates."""


def transform_assets(settings: Settings, workspace: DbtWorkspace) -> list[AssetsDefinition]:
    """Return the dbt models as one multi-asset, so that a run calls dbt once."""
    project = workspace.project()

    @dbt_assets(
        name="dbt",
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=Translator(settings),
        backfill_policy=ONE_RUN,
        pool=WAREHOUSE_POOL,
    )
    @retried
    def dbt_models(
        context: AssetExecutionContext, dbt: DbtResource, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Event]:
        checked = {key.asset_key for key in context.selected_asset_check_keys}
        days = days_of_run(context) if context.selected_asset_keys else days_to_check(context, checked)
        _follow_definitions(context, warehouse, workspace)
        if {key.path[-1] for key in context.selected_asset_keys} & WITH_RATES:
            check_rates(warehouse, days, settings.reporting_currency)
        prepare_later_steps(context, days, settings.dashboard_dir)
        windows = warehouse.parts(days)
        # A refund or a visit of one part may name an order of a later one, which the second time is there.
        times = 1 if len(windows) == 1 else 2
        parts: list[BuiltPart] = []
        for part in chain.from_iterable(repeat(windows, times)):
            parts.append(build_part(context, dbt, workspace, part))
            if error := parts[-1].error:
                if isinstance(error, TransientError) and not last_attempt(context):
                    raise error
                break
        # Only now: counting rows takes a connection, and DuckDB gives none while dbt writes.
        yield from with_metadata(context, warehouse, parts, days, [*combined_events(parts, times * len(windows))])
        if partial := partly_built(parts, times * len(windows)):
            context.log.warning(f"not built for all days, so not reported as materialized: {', '.join(partial)}")
        if error := parts[-1].error:
            raise error
        _check_quarantine(context, warehouse, days, settings.quarantine_percent)

    return [dbt_models]


def _check_quarantine(context: AssetExecutionContext, warehouse: Warehouse, days: Days, most_percent: float) -> None:
    """Fail the run if the figures of a day cannot be trusted; what was built stays.

    Raises:
        PlatformError: Too many rows are in quarantine.
    """
    built = {(key.path[0], key.path[-1]) for key in context.selected_asset_keys} & QUARANTINES
    counts = count_rows(warehouse, dict.fromkeys(built, BUSINESS_DATE), days)
    messages = excessive(counts, {key: rows for key, (rows, _) in rows_loaded(warehouse, days).items()}, most_percent)
    if messages:
        more = f"; and {len(messages) - QUARANTINES_SHOWN} more" if len(messages) > QUARANTINES_SHOWN else ""
        raise PlatformError(
            f"too many rows are in quarantine: {'; '.join(messages[:QUARANTINES_SHOWN])}{more}. The tables "
            "core.quarantine_* have them. Correct the source and run these days again, or set QUARANTINE_PERCENT "
            f"(now {most_percent:g})"
        )


def _follow_definitions(context: AssetExecutionContext, warehouse: Warehouse, workspace: DbtWorkspace) -> None:
    """Let the tables that the run extends or reads get the columns that they are defined with now."""
    tables = tables_to_follow(workspace, context.selected_asset_keys, context.run.tags)
    for name, change in follow(warehouse, tables).items():
        context.log.warning(
            f"{'.'.join(name)} follows its definition: {change}. A new column is null on the days of other runs"
        )
