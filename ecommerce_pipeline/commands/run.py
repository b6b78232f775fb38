"""`run`: materialize a window in one run, show its progress, and end with what was built and what to do next."""

import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Self

from dagster import AssetSelection, DagsterError, JobDefinition, RepositoryDefinition
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ecommerce_pipeline.commands.status import print_overview
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.run_window import RunProgress, run_window
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.settings import Settings


def run_command(settings: Settings, window: Window, job_name: str, select: str | None = None) -> None:
    """Run a job, or a selection of assets, for a window.

    Raises:
        PlatformError: There is no such job or asset, or a step failed.
    """
    console = Console(highlight=False, file=sys.stdout)
    console.print(
        f"[bold]{escape(select or job_name)}[/]: {window} ({len(window)} {'day' if len(window) == 1 else 'days'}, UTC)"
    )
    with console.status("loading the asset graph"):
        from ecommerce_pipeline.definitions import defs

        repository = defs.get_repository_def()
        if not repository.has_job(job_name):
            known = ", ".join(sorted(name for name in repository.job_names if not name.startswith("__")))
            raise PlatformError(f"--job {job_name}: there is no such job; the jobs are {known}")
        job = _job_of_assets(repository, select) if select else repository.get_job(job_name)
    started = time.monotonic()
    with open_instance(settings) as instance:
        # dagster-dbt repeats dbt's own lines on standard output; they are in the run's log.
        with _ProgressDisplay(console, total=len(list(job.nodes))) as display, redirect_stdout(StringIO()):
            try:
                run_id = run_window(job, window, instance, display.show)
            except KeyboardInterrupt:
                display.interrupted()
                raise
        console.print(f"\n[green]done[/] in {time.monotonic() - started:.1f} s, run {run_id}\n")
        try:
            print_overview(settings, instance, console)
        except PlatformError as not_yet:  # a job of the first steps alone has built what it should
            console.print(f"{not_yet}", soft_wrap=True)
    console.print("""
Next:
  .venv/bin/ecommerce-pipeline dashboard                              the dashboard, in your browser
  make dev                                                            the graph in the Dagster UI
  .venv/bin/ecommerce-pipeline status                                 this table again
  .venv/bin/ecommerce-pipeline run --from 2026-01-01 --to 2026-03-31  a longer range, in one run
  .venv/bin/ecommerce-pipeline stop                                   stop the embedded PostgreSQL""")


def _job_of_assets(repository: RepositoryDefinition, select: str) -> JobDefinition:
    try:
        keys = AssetSelection.from_string(select).resolve(repository.asset_graph)
    except DagsterError as error:
        raise PlatformError(f"--select {select}: {' '.join(str(error).split())}") from None
    job = repository.get_implicit_job_def_for_assets(list(keys)) if keys else None
    if job is None:
        raise PlatformError(f"--select {select}: there is no such asset; the UI's catalog lists them (`make dev`)")
    return job.get_subset(asset_selection=keys)


@dataclass
class _Step:
    """A running step: when it started, and the rows that it has written by asset."""

    started: float
    wrote: dict[str, int | None] = field(default_factory=dict)


class _ProgressDisplay:
    """One line per finished step and, on a terminal, a progress bar with the running steps."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=total)
        self._steps: dict[str, _Step] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: RunProgress) -> None:
        """Show an event of the run."""
        match progress.kind:
            case "started":
                self._steps[progress.step] = _Step(time.monotonic())
                self._bar.update(self._task, description=", ".join(self._steps))
            case "logged":
                self._bar.update(self._task, description=f"{progress.step}: {progress.message}"[:100])
            case "wrote":
                self._steps[progress.step].wrote[progress.message] = progress.rows
            case "retrying":
                self._console.print(f"  [yellow]retrying[/] {progress.step}: {progress.message}", soft_wrap=True)
            case "ended" | "failed":
                self._bar.advance(self._task)
                self._finished(progress)

    def interrupted(self) -> None:
        """Say what an interrupted run leaves behind."""
        self._console.print("interrupted: everything written so far is complete; run it again to continue")

    def _finished(self, progress: RunProgress) -> None:
        step = self._steps.pop(progress.step, None) or _Step(time.monotonic())
        self._bar.update(self._task, description=", ".join(self._steps))
        seconds = time.monotonic() - step.started
        counted = [count for count in step.wrote.values() if count is not None]
        tables = f"{len(counted)} tables, " if len(counted) > 1 else ""
        failed = progress.kind == "failed"
        what = f"{tables}{sum(counted):,} rows" if counted else "" if step.wrote or failed else "checked"
        mark = "[red]failed[/]" if failed else "[green]ok[/]"
        self._console.print(f"  {mark} {progress.step:<28} {what:>24} {seconds:>7.1f} s")
