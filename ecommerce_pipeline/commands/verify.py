"""`verify`: the same rows in every place, marts that agree with the facts, facts that agree with the shop's books."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as Grid

from ecommerce_pipeline.assets.source import shop_settings
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.quality.layers import InLake, InSource, InStaging, Place
from ecommerce_pipeline.quality.ledger_check import compare_with_books
from ecommerce_pipeline.quality.reconcile import Account, difference, newer_in_source, reconcile
from ecommerce_pipeline.schema.tables import TABLES, kind
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, lake_store, postgres, warehouse


@dataclass(frozen=True)
class Verified:
    """One thing that was verified.

    Attributes:
        what: It.
        counted: In numbers.
        wrong: What is wrong with it, one sentence each.
    """

    what: str
    counted: str
    wrong: list[str]


def verify_command(settings: Settings, window: Window) -> bool:
    """Verify a window and print a line for everything that was compared.

    Returns:
        Whether all of it is right.
    """
    console = Console(highlight=False)
    console.print(f"[bold]verify[/]: {window} ({len(window)} {'day' if len(window) == 1 else 'days'}, UTC)")
    grid = Grid("", "what", "compared")
    wrong: list[str] = []
    with console.status("comparing") as status:
        for verified in _verified(settings, window):
            status.update(f"{verified.what} compared")
            grid.add_row("[red]NO[/]" if verified.wrong else "[green]ok[/]", verified.what, verified.counted)
            wrong += verified.wrong
    console.print(grid)
    for sentence in wrong:
        console.print(f"[red]{sentence}[/]", soft_wrap=True, markup=True)
    return not wrong


def _verified(settings: Settings, window: Window) -> Iterator[Verified]:
    places = (InSource(postgres(settings)), InLake(lake_store(settings)), InStaging(warehouse(settings)))
    for name in TABLES:
        yield _table(name, window, places)
    yield from _tests(settings, window)
    if settings.source == "synthetic":
        yield _books(settings, window)


def _table(name: str, window: Window, places: tuple[Place, ...]) -> Verified:
    table = TABLES[name]
    try:
        accounts = reconcile([table], window, places)[table.name]
        wrong = [account for account in accounts if not account.equal]
        if wrong and kind(table) == "dimension" and newer_in_source(table, places) and _loaded(wrong[0]):
            return Verified(name, "the source has changed since; the lake and staging are equal", [])
        rows = sum(account.digests["source"].rows for account in accounts)
        partitions = f", {len(accounts)} partitions," if kind(table) == "event" else ""
        return Verified(
            name,
            f"{rows:,} rows{partitions} in PostgreSQL, the lake and staging",
            [difference(table, account, places) for account in wrong],
        )
    except PlatformError as error:
        return Verified(name, "not possible", [str(error)])


def _loaded(account: Account) -> bool:
    return account.digests["lake"] == account.digests["staging"]


def _tests(settings: Settings, window: Window) -> Iterator[Verified]:
    """Run dbt's tests for the window: keys, every row accounted for, marts equal to the facts."""
    # Importing dbt takes a second, which other commands do not wait for.
    from ecommerce_pipeline.assets.transform import window_variables

    what = "marts"
    try:
        run_dir = dbt_workspace(settings).test(window_variables(window))
    except PlatformError as error:
        yield Verified(what, "not possible", [str(error)])
        return
    results = json.loads((run_dir / "run_results.json").read_text())["results"]
    failed = [result for result in results if result["status"] not in {"pass", "success"}]
    said = [f"{one['unique_id'].split('.')[2]}: {one['message']}" for one in failed]
    yield Verified(what, f"{len(results)} dbt tests: keys, every row accounted for, marts equal to the facts", said)


def _books(settings: Settings, window: Window) -> Verified:
    what = "books"
    try:
        days = compare_with_books(shop_settings(settings), warehouse(settings), window)
    except PlatformError as error:
        return Verified(what, "not possible", [str(error)])
    wrong = [f"marts_sales_daily of {day}" for day in days if not day.equal]
    return Verified(what, f"{len(days)} whole days of marts_sales_daily with the shop's own books", wrong)
