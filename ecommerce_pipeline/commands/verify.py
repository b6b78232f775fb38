"""`verify`: the same rows in every layer, marts that agree with the facts, and a sales mart that matches the ledger."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from rich.markup import escape
from rich.table import Table as Grid

from ecommerce_pipeline.assets.changes import up_to_newest
from ecommerce_pipeline.assets.stamps import shop_settings
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.commands.progress import days_of
from ecommerce_pipeline.commands.requested_run import RequestedRun
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.layers import LakeLayer, Layer, SourceLayer, StagingLayer
from ecommerce_pipeline.quality.ledger_check import compare_with_ledger
from ecommerce_pipeline.quality.reconcile import changed_since_read, difference, reconcile
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import STAGING, TABLES, kind
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, postgres, target_of


@dataclass(frozen=True)
class Verified:
    """One line of the result.

    Attributes:
        subject: What was verified, such as a table.
        compared: What was compared, in numbers.
        errors: What is wrong, one message each.
    """

    subject: str
    compared: str
    errors: list[str]


def verify_command(settings: Settings, request: RequestedRun, output: Output) -> bool:
    """Verify the days of a request and print one line per table and comparison.

    Returns:
        Whether everything agrees.
    """
    asked = set(request.days or ())
    days = Days.of(up_to_newest(settings, asked) if request.up_to_newest else asked)
    output.console.print(f"[bold]verify[/]: {days_of(days)}")
    grid = Grid("", "what", "compared")
    results: list[Verified] = []
    with output.console.status("comparing") as status:
        for verified in _verified(settings, days):
            status.update(f"{verified.subject} compared")
            grid.add_row("[red]NO[/]" if verified.errors else "[green]ok[/]", verified.subject, verified.compared)
            results.append(verified)
    output.console.print(grid)
    errors = [error for verified in results for error in verified.errors]
    for error in dict.fromkeys(errors):  # one cause may have kept several tables from being compared
        output.errors.print(f"[red]{escape(error)}[/]", soft_wrap=True)
    output.document(
        ok=not errors,
        **{"from": days.first, "to": days.last},
        results=[asdict(verified) | {"ok": not verified.errors} for verified in results],
    )
    return not errors


def _verified(settings: Settings, days: Days) -> Iterator[Verified]:
    target = target_of(settings)
    layers = (SourceLayer(postgres(settings)), LakeLayer(target.lake), StagingLayer(target.warehouse))
    for name in TABLES:
        yield _table(name, days, layers)
    yield _marts(settings, days)
    if settings.source == "synthetic":
        yield _ledger(settings, target.warehouse, days)


def _table(name: str, days: Days, layers: tuple[Layer, ...]) -> Verified:
    table = STAGING[name]
    try:
        comparisons = reconcile([table], days, layers)[table.name]
        unequal = [comparison for comparison in comparisons if not comparison.equal]
        of_dimension = kind(table) == "dimension" and unequal and unequal[0].read_alike
        if of_dimension and changed_since_read(table, unequal[0], layers):
            return Verified(name, "the source has changed since; the lake and staging are equal", [])
        rows = sum(comparison.digests["source"].rows for comparison in comparisons)
        partitions = f", {len(comparisons)} partitions," if kind(table) == "event" else ""
        return Verified(
            name,
            f"{rows:,} rows{partitions} in PostgreSQL, the lake and staging",
            [difference(table, comparison, layers) for comparison in unequal],
        )
    except PlatformError as error:
        return Verified(name, "not possible", [str(error)])


def _marts(settings: Settings, days: Days) -> Verified:
    """Run dbt's tests for the days: keys, every row accounted for, marts equal to the facts."""
    # Importing dbt takes a second, which commands without dbt save.
    from ecommerce_pipeline.resources.dbt.project import days_environment

    try:
        results = dbt_workspace(settings).test(days_environment(days))
    except PlatformError as error:
        return Verified("marts", "not possible", [str(error)])
    failed = [result for result in results if result["status"] not in {"pass", "success", "warn"}]
    errors = [f"{one['unique_id'].split('.')[2]}: {one['message']}" for one in failed]
    return Verified(
        "marts", f"{len(results)} dbt tests: keys, every row accounted for, marts equal to the facts", errors
    )


def _ledger(settings: Settings, warehouse: Warehouse, days: Days) -> Verified:
    try:
        compared = compare_with_ledger(shop_settings(settings), postgres(settings), warehouse, days)
    except PlatformError as error:
        return Verified("ledger", "not possible", [str(error)])
    errors = [f"marts_sales_daily of {day}" for day in compared if not day.equal]
    return Verified("ledger", f"{len(compared)} complete days of marts_sales_daily with the shop's ledger", errors)
