"""`rebuild`: build the whole history of models, and all that follows from it, from staging in one run."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import cast

from dagster import AssetKey, AssetSelection, JobDefinition, RepositoryDefinition

from ecommerce_pipeline.assets.common import daily
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.progress import days_of, run_shown
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.instance.run_tags import REBUILD_TAG
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, EVENTS
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import target_of

STAGING = "staging"


def rebuild_command(settings: Settings, models: Sequence[str], output: Output) -> None:
    """Rebuild models for all days of staging; each table is replaced as a whole, once its new rows are there.

    Raises:
        PlatformError: There is no such model, staging has no days, or a step failed.
    """
    with output.console.status("loading the asset graph"):
        from ecommerce_pipeline.definitions import definitions_of

        repository = definitions_of(settings).get_repository_def()
        job = job_of(repository, AssetSelection.keys(*_keys(repository, models)).downstream())
    days = _days_of_staging(settings)
    output.console.print(f"[bold]rebuild[/]: {', '.join(models)} and all that follows, {days_of(days)}")
    with open_instance(settings) as instance:
        run = run_shown(job, days, instance, output, {REBUILD_TAG: f"rebuild {' '.join(models)}"})
    output.document(ok=True, models=list(models), **run)


def job_of(repository: RepositoryDefinition, selection: AssetSelection) -> JobDefinition:
    """Return the job that materializes a selection of assets."""
    keys = selection.resolve(repository.asset_graph)
    job = cast(JobDefinition, repository.get_implicit_job_def_for_assets(list(keys)))
    return job.get_subset(asset_selection=keys)


def check_days(settings: Settings, days: Days, layer: str) -> None:
    """Check that one run can build all days of a layer.

    Raises:
        PlatformError: Some are not in the calendar, or they are too many for one job.
    """
    for name, day in (("START_DATE", days.first), ("END_DATE", days.last)):
        if not daily(settings).has_partition_key(day.isoformat()):
            raise PlatformError(f"{layer} has rows of {day}, a day that is not in the calendar: set {name}={day}")
    if len(target_of(settings).warehouse.parts(days)) > 1:
        raise PlatformError(
            f"{layer} has {len(days)} days, more than one job may replace: set BIGQUERY_DAYS_PER_JOB={len(days)}"
        )


def _days_of_staging(settings: Settings) -> Days:
    """Return the days that staging has.

    Raises:
        PlatformError: There are none, or one run cannot build them.
    """
    warehouse = target_of(settings).warehouse
    tables = [name for _, name in warehouse.columns([(STAGING, name) for name in EVENTS])]
    queries = [
        f"SELECT DISTINCT {BUSINESS_DATE} FROM {warehouse.schema_of(STAGING)}.{name} WHERE {BUSINESS_DATE} IS NOT NULL"  # noqa: S608 - names of the contract
        for name in tables
    ]
    found = {row[BUSINESS_DATE] for rows in warehouse.queries(queries) for row in rows.to_pylist()}
    if not found:
        raise PlatformError("staging has no rows yet: `ecommerce-pipeline run` loads and builds them")
    days = Days.of(found)
    check_days(settings, days, STAGING)
    return days


def _keys(repository: RepositoryDefinition, models: Sequence[str]) -> list[AssetKey]:
    """Return the keys of models.

    Raises:
        PlatformError: There is no such model.
    """
    known = {
        key.path[-1]: key for key in repository.asset_graph.executable_asset_keys if key.path[0] in {"core", "datamart"}
    }
    for name in models:
        if name not in known:
            alike = get_close_matches(name, known)
            hint = f"do you mean {' or '.join(alike)}?" if alike else f"the models are {', '.join(sorted(known))}"
            raise PlatformError(f"{name}: there is no such model; {hint}")
    return [known[name] for name in models]
