"""`map --propose`: writes a first draft of a mapping for a database that no pack fits."""

from pathlib import Path

from rich.markup import escape

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError, file_error
from ecommerce_pipeline.mapping.catalog import read_catalog
from ecommerce_pipeline.mapping.proposal import Proposal, propose, states_by_statistics
from ecommerce_pipeline.mapping.statement import OPEN
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres


def propose_command(settings: Settings, output: Output, folder: Path) -> None:
    """Write views for the tables that look like those of a shop.

    Args:
        settings: Where the database is.
        output: Where to report.
        folder: What to write; it must not exist, or be empty.

    Raises:
        PlatformError: No table looks like orders or their lines, or the folder cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PlatformError(f"--propose {folder}: there is something already; name a new folder")
    with postgres(settings).connect() as connection:
        proposal = propose(read_catalog(connection), states_by_statistics(connection))
        database = connection.info.dbname
    if proposal is None:
        raise PlatformError(
            f"no table of database {database} looks like orders and their lines, with a key, a time and amounts: copy "
            "shops/template and write the views by hand (docs/own_shop.md)"
        )
    _write(proposal, folder)
    for table, relation in proposal.tables.items():
        output.console.print(f"  {table:<18} from {escape(f'{relation.schema}.{relation.name}')}")
    views = escape(str(folder / "views"))
    output.console.print(f"{proposal.open_points} open points are marked with {OPEN} in {views}: decide them, then")
    output.console.print(f"next: `ecommerce-pipeline map --pack {escape(str(folder))}`, and the same with --check")
    output.document(
        ok=True,
        folder=str(folder),
        key_type=proposal.key_type,
        open_points=proposal.open_points,
        tables={table: f"{relation.schema}.{relation.name}" for table, relation in proposal.tables.items()},
    )


def _write(proposal: Proposal, folder: Path) -> None:
    try:
        (folder / "views").mkdir(parents=True)
        (folder / "pack.toml").write_text(
            f'title = "{folder.name}"\nkey_type = "{proposal.key_type}"\n', encoding="utf-8"
        )
        for table, statement in proposal.views.items():
            (folder / "views" / f"{table}.sql").write_text(statement, encoding="utf-8")
    except OSError as error:
        raise file_error(folder, "written", error) from None
