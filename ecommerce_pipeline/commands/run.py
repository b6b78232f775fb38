"""`run`: materialize a window in one run, show its progress, and end with what was built and what to do next."""

from dagster import AssetSelection, DagsterError, DagsterInstance, JobDefinition, RepositoryDefinition
from rich.console import Console
from rich.markup import escape

from ecommerce_pipeline.automation.steps import BEFORE_WAREHOUSE
from ecommerce_pipeline.commands.next_steps import next_steps
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.progress import days_of, run_shown
from ecommerce_pipeline.commands.status import overview, print_overview
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.settings import Settings


def run_command(settings: Settings, window: Window, job_name: str, select: str | None, output: Output) -> None:
    """Run a job, or a selection of assets, for a window.

    Raises:
        PlatformError: There is no such job or asset, or a step failed.
    """
    console = output.console
    console.print(f"[bold]{escape(select or job_name)}[/]: {days_of(window)}")
    with console.status("loading the asset graph"):
        from ecommerce_pipeline.definitions import defs

        repository = defs.get_repository_def()
        if not repository.has_job(job_name):
            known = ", ".join(sorted(name for name in repository.job_names if not name.startswith("__")))
            raise PlatformError(f"--job {job_name}: there is no such job; the jobs are {known}")
        job = _job_of_assets(repository, select) if select else repository.get_job(job_name)
    with open_instance(settings) as instance:
        run = run_shown(job, window, instance, output)
        output.document(ok=True, job=None if select else job_name, select=select, **run)
        if not output.quiet and (select or job_name not in BEFORE_WAREHOUSE):
            _print_overview(settings, instance, console)
    console.print(next_steps(settings, window, job_name, select), markup=False, soft_wrap=True)


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
