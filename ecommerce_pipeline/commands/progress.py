"""A run in this process, shown while it goes on: a line per finished step, and a progress bar on a terminal."""

import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Self

from dagster import DagsterInstance, JobDefinition
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.execution.run_days import RunProgress, run_days
from ecommerce_pipeline.partitions import Days


def run_shown(
    job: JobDefinition, days: Days, instance: DagsterInstance, output: Output, tags: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Materialize the job's assets for days, and show it.

    Args:
        job: The job.
        days: The days.
        instance: Where the run is recorded.
        output: Where to show it.
        tags: Tags of the run, besides those of the job.

    Returns:
        The run for the command's JSON document: id, days, seconds and steps.

    Raises:
        PlatformError: A step failed.
    """
    started = time.monotonic()
    # dagster-dbt repeats dbt's own lines on standard output; they are in the run's log.
    with _Display(output, total=len(list(job.nodes))) as display, redirect_stdout(StringIO()):
        try:
            run_id = run_days(job, days, instance, display.show, tags)
        except KeyboardInterrupt:
            display.interrupted()
            raise
    seconds = time.monotonic() - started
    output.console.print(f"\n[green]done[/] in {seconds:.1f} s, run {run_id}\n")
    return {
        "run_id": run_id,
        "from": days.first,
        "to": days.last,
        "days": len(days),
        "seconds": round(seconds, 1),
        "steps": display.steps,
    }


def days_of(days: Days) -> str:
    """Return days for a heading.

    >>> days_of(Days.of_keys("2026-03-01", "2026-03-02"))
    '2026-03-01 to 2026-03-02 (2 days)'
    """
    return f"{days.summary} ({len(days)} {'day' if len(days) == 1 else 'days'})"


@dataclass
class _Step:
    """A running step: when it started, and the rows that it has written by asset."""

    started: float
    wrote: dict[str, int | None] = field(default_factory=dict)

    def add(self, asset: str, rows: int | None) -> None:
        """Add the rows of one of an asset's days; None of a day without a count of its own."""
        before = self.wrote.get(asset)
        self.wrote[asset] = before if rows is None else (before or 0) + rows


class _Display:
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
            case "warned" if progress.step in self._running:  # Dagster warns of each step that it leaves out
                self._console.print(f"  [yellow]warning[/] {progress.step}: {escape(progress.message)}", soft_wrap=True)
            case "waiting":
                self._console.print(f"  [yellow]waiting[/] {progress.step}: {escape(progress.message)}", soft_wrap=True)
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
