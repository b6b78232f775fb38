"""`reset`: delete what the platform made in the data folder, and nothing else that is there.

DATA_DIR may be a folder with other files, whose names may even be ours: `mail`, `lake`, `dashboard`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import typer

from ecommerce_pipeline.dashboard.kept import NAMES
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.instance.home import prepare_home
from ecommerce_pipeline.lake import stamp
from ecommerce_pipeline.lake.objects import OBJECT_NAME
from ecommerce_pipeline.resources.forgotten.persons import PATH
from ecommerce_pipeline.resources.mail.catcher import INDEX, MAILS
from ecommerce_pipeline.resources.object_store.folder import INCOMING
from ecommerce_pipeline.resources.warehouse.duckdb.replacement import COMPACTED, KEPT
from ecommerce_pipeline.schema.forecasts import FORECASTS, LAYER
from ecommerce_pipeline.schema.tables import STAGING
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres

DAGSTERS = ("dagster.yaml", "history", "logs", "schedules", "storage", ".logs_queue", ".nux", ".telemetry")
FOLDERS = (*STAGING, *(f"{LAYER}/{table}" for table in FORECASTS))
"""The folders of tables in the lake."""


def reset_command(settings: Settings, *, ask: bool) -> None:
    """Delete the platform's files in the data folder, with the embedded PostgreSQL, and report them."""
    if not settings.data_dir.exists():
        typer.echo(f"nothing to delete: {settings.data_dir} does not exist")
        return
    embedded = postgres(settings).embedded()
    found = {name: paths for name, patterns in made_by_us(settings).items() if (paths := _present(patterns))}
    made = [*found, *(["embedded PostgreSQL"] if embedded is not None and embedded.exists() else [])]
    what = f"{', '.join(made) or 'nothing'} in {settings.data_dir}"
    if ask:
        typer.confirm(f"Delete the platform's files: {what}?", abort=True)
    if embedded is not None:
        embedded.destroy()
    for paths in found.values():
        for path in paths:
            _delete(path, settings.data_dir)
    kept = sorted({str(folder) for folder in _folders(settings) if folder.exists()})
    prepare_home(settings)  # so that `dg dev` finds the home that .env names
    typer.echo(f"deleted the platform's files: {what}")
    if (settings.lake_dir / PATH).exists():
        typer.echo(f"kept: {settings.lake_dir / PATH}, so that persons who were forgotten do not come back")
    if kept:
        typer.echo(f"kept, as other files are there: {', '.join(kept)}")


def made_by_us(settings: Settings) -> dict[str, list[tuple[Path, str]]]:
    """Return what the platform makes, by what it is: folders, and patterns of the names in them."""
    warehouse, dbt = settings.warehouse_place.name, settings.data_dir / "dbt"
    objects = (OBJECT_NAME, f"date=????-??-??/{OBJECT_NAME}")
    # Without it, the list of the forgotten, which is kept, would be of no use.
    key = [] if (settings.lake_dir / PATH).exists() else [settings.person_key_file]
    return {
        "lake": [
            (settings.lake_dir, INCOMING),
            (settings.lake_dir, stamp.PATH),
            *((settings.lake_dir / table, pattern) for table in FOLDERS for pattern in objects),
        ],
        "warehouse": [
            (folder, f"{warehouse}{end}")
            for folder in (settings.data_dir, settings.rebuild_dir)
            for end in ("", ".wal", ".tmp", f"{KEPT}*", COMPACTED)
        ],
        "dashboard": [(settings.dashboard_dir, pattern) for pattern in (DASHBOARD_PAGE, INCOMING, *NAMES)],
        "run history": [(settings.dagster_home, name) for name in DAGSTERS],
        "dbt's files": [(dbt, "parsed"), (dbt, "runs"), (dbt, "column_lineage")],
        "key of guests": [(file.parent, file.name) for file in key],
        "mails": [(settings.mail_dir, pattern) for pattern in (INDEX, f"{MAILS}.eml", f"{MAILS}.html")],
    }


def files_with_text(settings: Settings) -> Iterator[Path]:
    """Yield our files that may quote rows: Dagster's, dbt's, mails, and the log of the embedded PostgreSQL."""
    made = made_by_us(settings)
    home = prepare_home(settings)
    places = [
        *((home, name) for name in DAGSTERS),
        *made["dbt's files"],
        *made["mails"],
        (settings.postgres_dir, "log"),
    ]
    for path in _present(places):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.is_symlink():
                yield file


def _present(patterns: list[tuple[Path, str]]) -> list[Path]:
    return sorted(path for folder, pattern in patterns for path in folder.glob(pattern))


def _folders(settings: Settings) -> set[Path]:
    """Return the folders that the platform makes in the data folder."""
    return {folder for patterns in made_by_us(settings).values() for folder, _ in patterns} - {settings.data_dir}


def _delete(path: Path, data_dir: Path) -> None:
    """Delete a file or folder, and the folders above it that become empty."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == data_dir or any(folder.iterdir()):
            return
        folder.rmdir()
