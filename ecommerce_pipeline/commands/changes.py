"""`changes`: the days that have changed in the source since they were loaded, and why."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.markup import escape
from rich.table import Table as Grid

from ecommerce_pipeline.assets.changes import look_before_run
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.quality.changes import Change
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres, target_of


def changes_command(settings: Settings, output: Output, *, exact: bool) -> None:
    """List the changed days.

    Raises:
        PlatformError: The source or the warehouse cannot be read.
    """
    with open_instance(settings) as instance, output.console.status("looking at the source"):
        source, warehouse = postgres(settings), target_of(settings).warehouse
        found = look_before_run(
            settings, instance, source, warehouse, exact_since=settings.start_date if exact else None
        )
    output.document(ok=True, days=len(found.days), changes=[_as_json(change) for change in found.changes])
    if not found.changes:
        output.console.print("no day has changed since it was loaded")
        return
    output.console.print(_grid(found.changes))
    days = "1 day has" if len(found.days) == 1 else f"{len(found.days)} days have"
    output.console.print(f"{days} changed: `ecommerce-pipeline run --changed` builds them")


def _grid(changes: Sequence[Change]) -> Grid:
    grid = Grid("day", "table", "why", box=None, pad_edge=False)
    for day, of_day in groupby(changes, key=lambda change: change.day):
        shown = str(day)
        for change in of_day:
            grid.add_row(shown, change.table, escape(change.reason))
            shown = ""
    return grid


def _as_json(change: Change) -> dict[str, Any]:
    return {"day": change.day, "table": change.table, "rows": change.rows, "reason": change.reason}
