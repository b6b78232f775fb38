"""`rebuild-warehouse`: load staging from the lake and build all models; locally into a new DuckDB file."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from dagster import AssetMaterialization, AssetSelection, DagsterInstance

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.progress import days_of, run_shown
from ecommerce_pipeline.commands.rebuild import STAGING, check_days, job_of
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.lake.objects import OBJECT_NAME, find_objects, split_path
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.duckdb.replacement import replacing
from ecommerce_pipeline.resources.warehouse.evolve import contract_columns, unfit
from ecommerce_pipeline.schema.forecasts import FORECASTS
from ecommerce_pipeline.schema.forecasts import LAYER as FORECAST
from ecommerce_pipeline.schema.tables import EVENTS, TABLES, first_orders, reconciliation
from ecommerce_pipeline.schema.tables import STAGING as TABLES_OF_STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import Target, target_of

COMMAND: Final = "rebuild-warehouse"


class _InNewFile(Settings):
    """Settings with a new DuckDB file, in a folder of its own."""

    @property
    def warehouse_path(self) -> Path:
        """The new file; the database in it has the name of the file."""
        return self.rebuild_dir / self.warehouse_place.name


def rebuild_warehouse_command(settings: Settings, output: Output) -> None:
    """Rebuild the warehouse for all days of the lake.

    Raises:
        PlatformError: The lake has no days, or a step failed; the old warehouse is unchanged.
    """
    target = target_of(settings)
    found = _days_of(target.lake)
    if not found:
        raise PlatformError(f"the lake {target.lake.uri('')} has no objects: `ecommerce-pipeline run` writes them")
    days = Days.of(found)
    check_days(settings, days, "the lake")
    output.console.print(f"[bold]{COMMAND}[/]: {days_of(days)}")
    building = settings

    def report(message: str) -> None:
        output.console.print(message, markup=False, soft_wrap=True)

    with ExitStack() as stack:
        if target.warehouse_file:
            building = _InNewFile.model_construct(**dict(settings))
            stack.enter_context(replacing(settings.warehouse_place, building.warehouse_path, report))
        else:
            _set_aside_unfit(target, report)
        _load_records(target_of(building), days)
        instance = stack.enter_context(open_instance(settings))
        run = _build(building, days, instance, output)
        for day in map(date.isoformat, days):
            loaded = AssetMaterialization([STAGING, reconciliation.name], partition=day)
            instance.report_runless_asset_event(loaded)
    output.document(ok=True, **run)
    report("the warehouse is built: `ecommerce-pipeline verify` compares its rows with the lake and the source")


def _build(settings: Settings, days: Days, instance: DagsterInstance, output: Output) -> dict[str, Any]:
    """Load and build all days in one run."""
    with output.console.status("loading the asset graph"):
        from ecommerce_pipeline.definitions import definitions_of

        repository = definitions_of(settings).get_repository_def()
    staging = AssetSelection.assets(*([STAGING, name] for name in (*TABLES, first_orders.name)))
    models = AssetSelection.groups("core", "datamart", "dashboard")
    return run_shown(job_of(repository, staging | models), days, instance, output, {REBUILD_TAG: COMMAND})


def _load_records(target: Target, days: Days) -> None:
    """Load what was found when the lake was written, and what was forecast: assets would find and forecast anew."""
    records = {reconciliation.name: (STAGING, reconciliation)}
    records |= {f"{FORECAST}/{name}": (FORECAST, table) for name, table in FORECASTS.items()}
    for path, (layer, table) in records.items():
        found = find_objects(target.lake, path, [*map(date.isoformat, days)], absent_days=True)
        if found.objects:
            writer = Writer(f"{layer}/{table.name}", str(uuid4()))
            target.warehouse.replace(table, layer, found.uris, found.rows, days=days, writer=writer)


def _set_aside_unfit(target: Target, report: Callable[[str], None]) -> None:
    """Rename the staging tables that cannot follow the contract, so that new ones are created."""
    defined = {(STAGING, name): contract_columns(table) for name, table in TABLES_OF_STAGING.items()}
    for table in unfit(target.warehouse, defined):
        if target.set_aside is not None:
            kept = target.set_aside(table, f"_{table[1]}_before_rebuild_{datetime.now(UTC):%Y%m%dT%H%M%S}")
            report(f"the old table is kept as {kept}: delete it when you no longer need it")


def _days_of(lake: ObjectStore) -> set[date]:
    """Return the days of which the lake has an object of an event table."""
    paths = (split_path(path) for path in lake.sizes() if path.endswith(OBJECT_NAME))
    return {date.fromisoformat(day) for table, day in paths if day and table in EVENTS}
