"""`run`: materialize days in one run, show its progress, and end with what was built and what to do next."""

from dagster import AssetSelection, DagsterError, DagsterInstance, JobDefinition, RepositoryDefinition
from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.assets.changes import has_day, look_before_run, tags_of_look, up_to_newest
from ecommerce_pipeline.automation.steps import BEFORE_WAREHOUSE, EVERYTHING
from ecommerce_pipeline.commands.next_steps import next_steps
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.progress import days_of, run_shown
from ecommerce_pipeline.commands.requested_run import RequestedRun
from ecommerce_pipeline.commands.status import overview, print_overview
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.changes import Look
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres, target_of


def run_command(settings: Settings, request: RequestedRun, job_name: str, select: str | None, output: Output) -> None:
    """Run a job, or a selection of assets, for days.

    Raises:
        PlatformError: There is no such job or asset, or a step failed.
    """
    console = output.console
    if request.days is None and (select or job_name != EVERYTHING):
        raise PlatformError("--changed is for all steps: leave out --job and --select")
    # Where nothing has changed, the graph, which takes two seconds, is not needed.
    job = None if request.days is None else _job(job_name, select, console)
    with open_instance(settings) as instance:
        looks = request.with_changed and not select and job_name == EVERYTHING
        found = _look(settings, instance, console, request) if looks else None
        days = _days(settings, request, found)
        if days is None:
            console.print("no day has changed since it was loaded: nothing to build")
            output.document(ok=True, job=job_name, days=0)
            return
        job = job or _job(job_name, select, console)
        if request.days is None:
            # What the application wrote on these days is in the database already.
            every = job.asset_layer.executable_asset_keys
            job = job.get_subset(asset_selection={key for key in every if key.path[0] != "source"})
        console.print(f"[bold]{escape(select or job_name)}[/]: {days_of(days)}")
        run = run_shown(job, days, instance, output, tags_of_look(found, days) if found else None)
        output.document(ok=True, job=None if select else job_name, select=select, **run)
        if not output.quiet and (select or job_name not in BEFORE_WAREHOUSE):
            _print_overview(settings, instance, console)
            console.print(_still_changed(found, days), soft_wrap=True)
    console.print(next_steps(settings, days, job_name, select), markup=False, soft_wrap=True)


def _job(name: str, select: str | None, console: Console) -> JobDefinition:
    with console.status("loading the asset graph"):
        from ecommerce_pipeline.definitions import defs

        repository = defs.get_repository_def()
    if not repository.has_job(name):
        known = ", ".join(sorted(each for each in repository.job_names if not each.startswith("__")))
        raise PlatformError(f"--job {name}: there is no such job; the jobs are {known}")
    return _job_of_assets(repository, select) if select else repository.get_job(name)


def _look(settings: Settings, instance: DagsterInstance, console: Console, request: RequestedRun) -> Look:
    with console.status("looking for days that have changed"):
        exact_since = settings.start_date if request.exact else None
        warehouse = target_of(settings).warehouse
        found = look_before_run(
            settings,
            instance,
            postgres(settings),
            warehouse,
            exact_since=exact_since,
            new_days=request.days is None,
        )
    if found.days:
        days = Days.of(found.days)
        console.print(f"changed in the source since they were loaded: {days.summary} (`changes` says why)")
    return found


def _days(settings: Settings, request: RequestedRun, found: Look | None) -> Days | None:
    """Return the days to run: those asked for and those that have changed; None if there are none."""
    asked = set(request.days or ())
    if request.up_to_newest:
        asked = up_to_newest(settings, asked)
    changed = {day for day in found.days if has_day(settings, day)} if found else set()
    return Days.of(asked | changed) if asked | changed else None


def _still_changed(found: Look | None, days: Days) -> str:
    """Return a line on the days that a run did not take along."""
    if found is None:
        return "Days that have changed were not looked for: `ecommerce-pipeline changes` lists them."
    left = found.days - set(days)
    return f"Days still known as changed: {Days.of(left).summary if left else 'none'}."


def _print_overview(settings: Settings, instance: DagsterInstance, console: Console) -> None:
    try:
        print_overview(overview(settings, instance), console)
    except PlatformError as not_yet:  # a selection of the first assets has built what it should
        console.print(escape(str(not_yet)), soft_wrap=True)


def _job_of_assets(repository: RepositoryDefinition, select: str) -> JobDefinition:
    try:
        keys = AssetSelection.from_string(select).resolve(repository.asset_graph)
    except DagsterError as error:
        raise PlatformError(f"--select {select}: {' '.join(str(error).split())}") from None
    job = repository.get_implicit_job_def_for_assets(list(keys)) if keys else None
    if job is None:
        raise PlatformError(f"--select {select}: there is no such asset; the UI's catalog lists them (`make dev`)")
    return job.get_subset(asset_selection=keys)
