"""Step 4, core/<model> and datamart/<model>: the dbt models, from staging to marts, in one dbt call per run.

Models tagged `daily` are partitioned: dbt replaces the window of the run. The others are rebuilt whole.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    Output,
    ResourceParam,
)
from dagster_dbt import dbt_assets

from ecommerce_pipeline.assets.common import WAREHOUSE_POOL, window_of_run
from ecommerce_pipeline.assets.dbt_metadata import Costs, ModelMetadata, add_costs
from ecommerce_pipeline.assets.dbt_translator import Translator
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.dbt.project import DbtWorkspace
from ecommerce_pipeline.resources.dbt.resource import DbtResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.settings import Settings

Check = tuple[AssetKey | None, str | None]
"""What names a check's result, in every part of a window."""


def window_variables(window: Window | None) -> dict[str, str]:
    """Return the run's window as the environment variables that dbt's macros read; the end is not in it.

    As dbt's own --vars they would make dbt parse the whole project anew at every run, for seconds.

    >>> from datetime import date
    >>> window_variables(Window.of_day(date(2026, 3, 1)))
    {'WINDOW_START': '2026-03-01', 'WINDOW_END': '2026-03-02'}
    """
    return {"WINDOW_START": window.start.isoformat(), "WINDOW_END": window.end.isoformat()} if window else {}


def transform_assets(settings: Settings, workspace: DbtWorkspace) -> list[AssetsDefinition]:
    """Return the dbt models as one multi-asset, so that a run calls dbt once."""
    project = workspace.project()

    @dbt_assets(
        name="dbt",
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=Translator(settings),
        backfill_policy=BackfillPolicy.single_run(),
        pool=WAREHOUSE_POOL,
    )
    def dbt_models(
        context: AssetExecutionContext, dbt: DbtResource, warehouse: ResourceParam[Warehouse]
    ) -> Iterator[Any]:
        window = window_of_run(context)
        costs: Costs = defaultdict(Counter)
        failed: dict[Check, AssetCheckResult] = {}
        for part in warehouse.parts(window):
            with _environment({**workspace.environment, **window_variables(part), "RUN_ID": context.run_id}):
                run_dir = workspace.run_dir(context.run_id)
                arguments = ["build", "--exclude-resource-type", "unit_test", *workspace.arguments]
                invocation = dbt.cli(arguments, context=context, raise_on_error=False, target_path=run_dir)
            events = []
            for event in invocation.stream():
                context.log.info(_progress(event))
                events.append(event)
            add_costs(costs, run_dir)
            checked = [event for event in events if isinstance(event, AssetCheckResult)]
            failed |= {_check(result): result for result in checked if not result.passed}
            if invocation.get_error():
                break
        # Counting rows takes a connection, and DuckDB gives none while dbt writes: outputs wait until it is done.
        metadata = ModelMetadata(context, warehouse, invocation, window, costs)
        for event in events:
            match event:
                case Output():
                    yield metadata.added_to(event)
                case AssetCheckResult():
                    yield failed.get(_check(event), event)
                case _:
                    yield event
        if error := invocation.get_error():
            raise PlatformError(f"dbt could not build the models. {said_by_dbt(str(error))}")

    return [dbt_models]


def _check(result: AssetCheckResult) -> Check:
    return result.asset_key, result.check_name


def said_by_dbt(error: str) -> str:
    """Return what dbt itself said of a failure, without the command line around it."""
    _, _, said = error.partition("Errors parsed from dbt logs:")
    return said.strip() or error


def _progress(event: Any) -> str:
    match event:
        case Output():
            return f"built {event.output_name.replace('__', '/')}"
        case AssetCheckResult():
            name = f"{event.asset_key and event.asset_key.to_user_string()}: {event.check_name}"
            return f"checked {name}: {'passed' if event.passed else 'FAILED'}"
    return str(event)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the programs started in the block: dbt reads its profile from them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
