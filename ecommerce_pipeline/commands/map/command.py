"""`map`: shows the views of a mapping as a diff against what is there, and creates them."""

from collections.abc import Mapping, Sequence

from psycopg import Connection
from rich.markup import escape

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.mapping.catalog import read_catalog
from ecommerce_pipeline.mapping.checks import needed_key_type
from ecommerce_pipeline.mapping.mapping import match_of
from ecommerce_pipeline.mapping.recognition import Match
from ecommerce_pipeline.mapping.selects import Selects, selects
from ecommerce_pipeline.mapping.views import Step, create, problems, steps
from ecommerce_pipeline.schema.keys import KeyType
from ecommerce_pipeline.schema.tables import ORDERS, REQUIRED, SCHEMA, TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def map_command(settings: Settings, output: Output, pack: str | None, *, create_views: bool) -> None:
    """Show the views that a pack gives this database, and create them.

    Args:
        settings: Where the database is.
        output: Where to report.
        pack: The pack's name, or a folder; None to recognise the application.
        create_views: Whether to create the views.

    Raises:
        PlatformError: No pack fits, its SQL does not fit the database, or the views cannot be created.
    """
    with postgres(settings).connect() as connection:
        catalog = read_catalog(connection)
        match = match_of(catalog, pack)
        found = selects(match.pack, match.schema, catalog)
        _check(connection, match, found)
        keys = match.pack.key_type or needed_key_type(connection, f"({found.statements[ORDERS]}\n)")
        planned = steps(connection, found.statements)
        if create_views:
            create(connection, planned, match.pack.name)
        database = connection.info.dbname
    _show(output, match, found, planned, database)
    _next(output, settings, match, planned, keys, created=create_views)
    output.document(
        ok=True,
        application=match.pack.title,
        version=match.version or None,
        pack=match.pack.name,
        schema=match.schema or None,
        key_type=keys,
        created=create_views,
        views=[_as_json(step) for step in planned],
        left_out={table: list(missing) for table, missing in found.left_out.items()},
    )


def described(match: Match) -> str:
    """Return what a database was recognised as."""
    version = f", {match.version}" if match.version else ""
    schema = f" in schema {match.schema}" if match.schema else ""
    return f"{match.pack.title}{version}{schema} (pack {match.pack.name})"


def _check(connection: Connection, match: Match, found: Selects) -> None:
    """Raise what is wrong with the pack's SQL, all at once."""
    lines = [
        f"{match.pack.folder / 'views' / table}.sql: {problem}"
        for table, statement in found.statements.items()
        for problem in problems(connection, table, statement)
    ]
    lines += [
        f"{match.pack.folder / 'views' / table}.sql is missing, which every shop needs"
        for table in REQUIRED
        if table not in match.pack.views
    ]
    lines += [
        f"view {table} needs {', '.join(found.left_out[table])}, which the database lacks"
        for table in REQUIRED
        if table in found.left_out
    ]
    if lines:
        raise PlatformError("\n  ".join([f"pack {match.pack.name} does not fit the database:", *lines]))


def _show(output: Output, match: Match, found: Selects, planned: Sequence[Step], database: str) -> None:
    console = output.console
    console.print(f"database {escape(database)} is {escape(described(match))}")
    for step in planned:
        reason = f": it {step.reason}" if step.reason else ""
        console.print(f"  {step.state:<10} {SCHEMA}.{step.table}{reason}")
    for table, missing in found.left_out.items():
        console.print(f"  left out   {SCHEMA}.{table}: the database has no {escape(', '.join(missing))}")
    for name in TABLES:
        if name not in {*match.pack.views, *REQUIRED}:
            console.print(f"  not mapped {SCHEMA}.{name}, read as empty: {escape(TABLES[name].info['without'])}")
    for step in planned:
        if step.diff:
            console.print()
            _print_diff(output, step)


def _print_diff(output: Output, step: Step) -> None:
    output.console.print(f"[bold]{SCHEMA}.{step.table}[/]")
    for line in step.diff:
        color = _COLORS.get(line[:1])
        text = escape(line)
        output.console.print(f"[{color}]{text}[/]" if color else text, soft_wrap=True)


def _next(
    output: Output, settings: Settings, match: Match, planned: Sequence[Step], keys: KeyType, *, created: bool
) -> None:
    console = output.console
    where = match.pack.name if match.pack.recognised_by else str(match.pack.folder)
    console.print()
    if created:
        console.print(
            "views are as the pack has them; grant them to the role that reads: deploy/postgres/extract_role.sql"
        )
        console.print("next: `ecommerce-pipeline map --check` compares a day with the shop's own tables")
    elif settings.shop_mapping:
        console.print(f"SHOP_MAPPING={escape(settings.shop_mapping)}: the extraction reads this mapping, without views")
        console.print("next: `ecommerce-pipeline map --check` compares a day with the shop's own tables")
    elif any(step.state not in {"unchanged", "refused"} for step in planned):
        console.print(
            f"next: `ecommerce-pipeline map --create` creates the views in schema {SCHEMA}; for a role that may"
        )
        console.print(f"not, set SHOP_MAPPING={escape(where)} instead: the same SQL is then part of the extraction")
    else:
        console.print("nothing to create: the views are as the pack has them")
    console.print(
        f"settings: SOURCE=external KEY_TYPE={keys}; of your shop, TIME_ZONE (now {settings.time_zone}) and "
        f"REPORTING_CURRENCY (now {settings.reporting_currency})",
        soft_wrap=True,
    )


def _as_json(step: Step) -> Mapping[str, object]:
    return {"name": step.table, "state": step.state, "reason": step.reason or None, "diff": list(step.diff)}
