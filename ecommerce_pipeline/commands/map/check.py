"""`map --check`: the mapping on one day, compared with the contract and with totals of the shop's own tables."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg import Connection
from rich.markup import escape

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.catalog import Catalog, read_catalog
from ecommerce_pipeline.mapping.checks import Day, Finding, check_mapping, needed_key_type, newest_day, pack_checks
from ecommerce_pipeline.mapping.mapping import match_of
from ecommerce_pipeline.mapping.recognition import Match
from ecommerce_pipeline.mapping.selects import selects
from ecommerce_pipeline.schema.tables import ORDERS, SCHEMA, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres


def check_command(settings: Settings, output: Output, pack: str | None, day: date | None) -> bool:
    """Check a mapping on a day; the views that are there, unless a pack is named.

    Args:
        settings: Where the database is, and the time zone of days.
        output: Where to report.
        pack: The pack's name, or a folder.
        day: The day; by default the newest one with orders that is over.

    Returns:
        Whether all is as it must be.

    Raises:
        PlatformError: There is nothing to check, or it cannot be read.
    """
    with postgres(settings).connect() as connection:
        connection.execute("SET TRANSACTION READ ONLY")
        catalog = read_catalog(connection)
        relations, match = _relations(connection, catalog, pack)
        if ORDERS not in relations:
            raise PlatformError(f"there is no {SCHEMA}.{ORDERS} to check: `ecommerce-pipeline map --create` creates it")
        today = datetime.now(tz=ZoneInfo(settings.time_zone)).date()
        chosen = day or newest_day(connection, relations[ORDERS], settings.time_zone, before=today)
        if chosen is None:
            raise PlatformError(f"there is no order before today, {today}: name a day with --day YYYY-MM-DD")
        needed = (match and match.pack.key_type) or needed_key_type(connection, relations[ORDERS])
        if needed == "text" and settings.key_type != needed:
            whose = match.pack.title if match else "the orders"
            raise PlatformError(
                f"KEY_TYPE={settings.key_type}: the keys of {whose} are of type {needed}: set KEY_TYPE={needed}"
            )
        on = Day(chosen, settings.time_zone)
        findings = list(check_mapping(connection, relations, on))
        own = list(pack_checks(connection, match, catalog, relations, on)) if match else []
    _show(output, chosen, findings + own, pack_named=match.pack.name if own and match else None)
    ok = all(finding.ok for finding in findings + own)
    checks = [{"name": f.name, "ok": f.ok, "expected": f.expected, "found": f.found} for f in findings + own]
    output.document(ok=ok, day=chosen, pack=match.pack.name if match else None, checks=checks)
    return ok


def _relations(connection: Connection, catalog: Catalog, pack: str | None) -> tuple[Mapping[str, str], Match | None]:
    """Return what to read by contract table, and the pack whose checks are made."""
    there = {
        name: f"{SCHEMA}.{name}"
        for name in TABLES
        if connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.{name}"]).fetchone() != (None,)
    }
    if pack is None and there:
        try:
            return there, match_of(catalog, None)
        except PlatformError:
            return there, None
    match = match_of(catalog, pack)
    statements = selects(match.pack, match.schema, catalog).statements
    return {name: f"({statement}\n)" for name, statement in statements.items()}, match


def _show(output: Output, day: date, findings: list[Finding], *, pack_named: str | None) -> None:
    output.console.print(f"the mapping on {day}:")
    for finding in findings:
        console, word = (output.console, "[green]ok[/]   ") if finding.ok else (output.errors, "[red]wrong[/]")
        expected = "" if finding.expected is None or finding.ok else f", expected {finding.expected}"
        console.print(f"{word} {escape(finding.name)}: {finding.found}{expected}", soft_wrap=True)
    if pack_named is None:
        output.console.print("no totals of the shop's own tables were compared: write checks (docs/own_shop.md)")
