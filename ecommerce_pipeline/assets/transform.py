"""Step 4, core/<model> and datamart/<model>: the dbt models, from staging to marts, in one dbt call per run.

Models tagged `daily` are partitioned: dbt replaces the window of the run. The others are rebuilt whole.
"""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    DailyPartitionsDefinition,
    Output,
    ResourceParam,
    apply_freshness_policy,
)
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliInvocation, DbtProject, dbt_assets

from ecommerce_pipeline.assets.column_lineage import column_lineage
from ecommerce_pipeline.assets.common import FRESH, OWNER, WAREHOUSE_POOL, daily, window_of_run
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.io_managers.describe import PREVIEW_ROWS, preview, volume
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.quarantine import quarantined
from ecommerce_pipeline.resources.dbt import (
    DbtResource,
    dbt_environment,
    dbt_folder,
    dbt_project,
    dbt_run_dir,
    dbt_variables,
)
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.settings import Settings

Costs = defaultdict[str, Counter[str]]
"""What models cost, by dbt's names of them."""

Check = tuple[AssetKey | None, str | None]
"""What names a check's result, in every part of a window."""


class Translator(DagsterDbtTranslator):
    """How a dbt model appears as an asset: key [schema, name], group = schema, partitions by its tag."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_code_references=True))
        self._daily = daily(settings)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer: the schema that the model is built in, without the target's own name for it."""
        return self.get_asset_key(dbt_resource_props).path[0]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the model's owners, or the platform's team."""
        return super().get_owners(dbt_resource_props) or [OWNER]

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """Return the model's specification; a model that is built by day is to be fresh."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return apply_freshness_policy(spec, FRESH) if spec.partitions_def else spec

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> DailyPartitionsDefinition | None:
        """Return the calendar for models that are built by window, None for those that are rebuilt whole."""
        return self._daily if "daily" in dbt_resource_props.get("tags", []) else None


def window_variables(window: Window | None) -> dict[str, str]:
    """Return the run's window as the environment variables that dbt's macros read; the end is not in it.

    As dbt's own --vars they would make dbt parse the whole project anew at every run, for seconds.

    >>> from datetime import date
    >>> window_variables(Window.of_day(date(2026, 3, 1)))
    {'WINDOW_START': '2026-03-01', 'WINDOW_END': '2026-03-02'}
    """
    return {"WINDOW_START": window.start.isoformat(), "WINDOW_END": window.end.isoformat()} if window else {}


def transform_assets(settings: Settings) -> list[AssetsDefinition]:
    """Return the dbt models as one multi-asset, so that a run calls dbt once."""
    project = dbt_project(settings)

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
            with _environment(_told(settings, context.run_id, part)):
                run_dir = dbt_run_dir(settings, context.run_id)
                arguments = ["build", "--exclude-resource-type", "unit_test", *dbt_variables(settings)]
                invocation = dbt.cli(arguments, context=context, raise_on_error=False, target_path=run_dir)
            events = []
            for event in invocation.stream():
                context.log.info(_progress(event))
                events.append(event)
            _add_costs(costs, run_dir)
            checked = [event for event in events if isinstance(event, AssetCheckResult)]
            failed |= {_check(result): result for result in checked if not result.passed}
            if invocation.get_error():
                break
        # Counting rows takes a connection, and DuckDB gives none while dbt writes: outputs wait until it is done.
        described = _Described(context, warehouse, invocation, window, costs)
        for event in events:
            match event:
                case Output():
                    yield described(event)
                case AssetCheckResult():
                    yield failed.get(_check(event), event)
                case _:
                    yield event
        if error := invocation.get_error():
            raise PlatformError(f"dbt could not build the models. {said_by_dbt(str(error))}")

    return [dbt_models]


def _told(settings: Settings, run_id: str, window: Window | None) -> dict[str, str]:
    """Return what dbt is told by environment variables: where to build, which days, and for which run."""
    return {
        **dbt_environment(settings),
        **dbt_folder(settings),
        **window_variables(window),
        "RUN_ID": run_id,
    }


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


class _Described:
    """Adds to a model's output what dbt does not say of it: rows, a preview, column lineage, rows by broken rule.

    A range stores the metadata of an output with each of its partitions. What is of the table as a whole and long, such
    as the lineage, goes to the newest partition alone, which the UI shows as the asset's own.
    """

    def __init__(
        self,
        context: AssetExecutionContext,
        warehouse: Warehouse,
        invocation: DbtCliInvocation,
        window: Window | None,
        costs: Costs,
    ) -> None:
        self._context = context
        self._newest = window.last.isoformat() if window else None
        self._invocation = invocation
        self._warehouse = warehouse
        self._counts = warehouse.row_counts()
        self._heads = warehouse.heads(list(self._counts), PREVIEW_ROWS)
        self._costs = costs
        self._quarantined = quarantined(warehouse, window) if window and invocation.is_successful() else {}

    def __call__(self, output: Output[Any]) -> Output[Any]:
        schema, name = output.output_name.split("__", 1)
        unique_id = str(output.metadata["unique_id"].value)
        lineage = column_lineage(self._invocation.manifest, unique_id, self._invocation.target_path)
        of_table: dict[str, Any] = {"preview": preview(self._heads[schema, name]), **lineage}
        key = AssetKey([schema, name])
        if self._context.assets_def.specs_by_key[key].partitions_def:
            self._context.add_asset_metadata(of_table, key, self._newest)
            of_table = {}
        return output.with_metadata(
            {
                **output.metadata,
                **volume(self._counts[schema, name]),
                "dagster/table_name": f"{schema}.{name}",
                "dagster/uri": self._warehouse.uri(schema, name),
                **self._costs.get(unique_id, {}),
                **self._quarantined.get(name, {}),
                **of_table,
            }
        )


def _add_costs(costs: Costs, run_dir: Path) -> None:
    """Add what each model cost, by dbt's name of it; nothing where the warehouse sends no bill."""
    results = run_dir / "run_results.json"
    if not results.exists():  # dbt was killed before it wrote them
        return
    for result in json.loads(results.read_text())["results"]:
        answer = result["adapter_response"]
        if answer.get("bytes_billed") is not None:
            costs[result["unique_id"]].update(
                {"bytes billed": int(answer["bytes_billed"]), "slot milliseconds": int(answer.get("slot_ms") or 0)}
            )


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
