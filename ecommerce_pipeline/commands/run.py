"""`run`: materialize a window in one run, show its progress, and end with what was built and what to do next."""

import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Self

from dagster import AssetSelection, DagsterError, DagsterInstance, JobDefinition, RepositoryDefinition
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ecommerce_pipeline.automation.steps import BEFORE_WAREHOUSE
from ecommerce_pipeline.commands.next_steps import next_steps
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.status import overview, print_overview
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.execution.run_window import RunProgress, run_window
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.settings import Settings


def run_command(settings: Settings, window: Window, job_name: str, select: str | None, output: Output) -> None:
    """Run a job, or a selection of assets, for a window.

    Raises:
        PlatformError: There is no such job or asset, or a step failed.
    """
    console = output.console
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
        with _ProgressDisplay(output, total=len(list(job.nodes))) as display, redirect_stdout(StringIO()):
            try:
                run_id = run_window(job, window, instance, display.show)
            except KeyboardInterrupt:
                display.interrupted()
                raise
        seconds = time.monotonic() - started
        console.print(f"\n[green]done[/] in {seconds:.1f} s, run {run_id}\n")
        output.document(
            ok=True,
            run_id=run_id,
            job=None if select else job_name,
            select=select,
            **{"from": window.start, "to": window.last},
            seconds=round(seconds, 1),
            steps=display.steps,
        )
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


@dataclass
class _Step:
    """A running step: when it started, and the rows that it has written by asset."""

    started: float
    wrote: dict[str, int | None] = field(default_factory=dict)

    def add(self, asset: str, rows: int | None) -> None:
        """Add the rows of one of an asset's days; None of a day without a count of its own."""
        before = self.wrote.get(asset)
        self.wrote[asset] = before if rows is None else (before or 0) + rows


class _ProgressDisplay:
    """One line per finished step and, on a terminal, a progress bar with the running steps."""

    def __init__(self, output: Output, total: int) -> None:
        self.steps: list[dict[str, Any]] = []
        self._console = output.console
        self._verbose = output.verbose
        self._bar = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=output.console,
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=total)
        self._running: dict[str, _Step] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: RunProgress) -> None:
        """Show an event of the run."""
        match progress.kind:
            case "started":
                self._running[progress.step] = _Step(time.monotonic())
                self._bar.update(self._task, description=", ".join(self._running))
            case "logged":
                self._bar.update(self._task, description=f"{progress.step}: {progress.message}"[:100])
                if self._verbose:
                    self._console.print(f"  {progress.step or 'run'}: {progress.message}", markup=False, soft_wrap=True)
            case "warned":
                self._console.print(f"  [yellow]warning[/] {progress.step}: {escape(progress.message)}", soft_wrap=True)
            case "wrote":
                self._running[progress.step].add(progress.message, progress.rows)
            case "retrying":
                self._console.print(
                    f"  [yellow]retrying[/] {progress.step}: {escape(progress.message)}", soft_wrap=True
                )
            case "ended" | "failed":
                self._bar.advance(self._task)
                self._finished(progress)

    def interrupted(self) -> None:
        """Say what an interrupted run leaves behind."""
        self._console.print("interrupted: everything written so far is complete; run it again to continue")

    def _finished(self, progress: RunProgress) -> None:
        step = self._running.pop(progress.step, None) or _Step(time.monotonic())
        self._bar.update(self._task, description=", ".join(self._running))
        seconds = time.monotonic() - step.started
        counted = [count for count in step.wrote.values() if count is not None]
        self.steps.append(
            {
                "step": progress.step,
                "ok": progress.kind == "ended",
                "rows": sum(counted) if counted else None,
                "seconds": round(seconds, 1),
            }
        )
        tables = f"{len(counted)} tables, " if len(counted) > 1 else ""
        failed = progress.kind == "failed"
        what = f"{tables}{sum(counted):,} rows" if counted else "" if step.wrote or failed else "checked"
        mark = "[red]failed[/]" if failed else "[green]ok[/]"
        self._console.print(f"  {mark} {progress.step:<28} {what:>24} {seconds:>7.1f} s")
