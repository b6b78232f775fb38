"""What to do after a run, by what it has built; the commands are written as this one was started."""

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ecommerce_pipeline.automation.steps import BEFORE_WAREHOUSE, EVERYTHING, following
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import Settings

MONTHS_BEFORE = 2


def next_steps(settings: Settings, days: Days, job: str, select: str | None, program: str | None = None) -> str:
    """Return the lines that end the report of a run.

    Args:
        settings: The platform's settings.
        days: The days of the run.
        job: The job that was run, unless `select` is given.
        select: The assets that were run.
        program: How to call the command line; by default as this process was.
    """
    call = program or program_as_called()
    steps = [(f"{call} {command}", text) for command, text in _steps(settings, days, job, select)]
    width = max(len(command) for command, _ in steps)
    return "\n".join(["", "Next:", *(f"  {command:<{width}}  {text}" for command, text in steps)])


def program_as_called() -> str:
    """Return how this program was called: by its name if the shell finds that, or by its path."""
    path = Path(sys.argv[0])
    found = shutil.which(path.name)
    if found and Path(found).resolve() == path.resolve():
        return shlex.quote(path.name)
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return shlex.quote(str(path.relative_to(Path.cwd()) if inside else path))


def _steps(settings: Settings, days: Days, job: str, select: str | None) -> Iterator[tuple[str, str]]:
    """Yield each command and what it does."""
    of_days = shlex.join(days.options)
    after = None if select else following(job)
    if after:
        yield f"run --job {after} {of_days}", "the next step, for the same days"
    elif not select:
        yield "dashboard", "the dashboard, in your browser"
    if select:
        yield f"verify {of_days}", "compare the rows of these days in all layers"
    yield "dev", "the graph in the Dagster UI"
    if select or job not in BEFORE_WAREHOUSE:
        yield "status", "this table again"
    if job == EVERYTHING and not select and (longer := _longer(settings, days)):
        yield f"run {shlex.join(longer.options)}", "a longer range, in one run"
    if settings.postgres_host is None:
        yield "stop", "stop the embedded PostgreSQL"


def _longer(settings: Settings, days: Days) -> Days | None:
    """Return days that begins some months earlier, as far as the calendar goes; None if it has no earlier day."""
    months = days.first.year * 12 + days.first.month - 1 - MONTHS_BEFORE
    start = max(days.first.replace(year=months // 12, month=months % 12 + 1, day=1), settings.start_date)
    return Days.of_keys(start.isoformat(), days.last.isoformat()) if start < days.first else None
