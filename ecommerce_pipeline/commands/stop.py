"""`stop` and `reset`: stop the embedded PostgreSQL, and delete the platform's data on this machine."""

import shutil

import typer

from ecommerce_pipeline.instance.home import prepare_home
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import postgres


def stop_command(settings: Settings) -> None:
    """Stop the embedded PostgreSQL."""
    embedded = postgres(settings).embedded()
    if embedded is None:
        typer.echo(
            f"POSTGRES_HOST={settings.postgres_host} names a server that the platform did not start; nothing to stop"
        )
        return
    running = embedded.status().running
    embedded.stop()
    typer.echo("the embedded PostgreSQL is stopped" if running else "the embedded PostgreSQL was not running")


def reset_command(settings: Settings, *, ask: bool) -> None:
    """Delete the platform's files in the data folder, with the embedded PostgreSQL."""
    if not settings.data_dir.exists():
        typer.echo(f"nothing to delete: {settings.data_dir} does not exist")
        return
    if ask:
        typer.confirm(f"Delete {settings.data_dir} (database, lake, warehouse, dashboard and run history)?", abort=True)
    embedded = postgres(settings).embedded()
    if embedded is not None:
        embedded.destroy()
    # Not the folder itself: DATA_DIR may hold files of others too.
    for folder in (
        settings.lake_dir,
        settings.dashboard_dir,
        settings.dagster_home,
        settings.data_dir / "dbt",
        settings.mail_dir,
        settings.rebuild_dir,
    ):
        shutil.rmtree(folder, ignore_errors=True)
    for file in settings.data_dir.glob(f"{settings.warehouse_path.name}*"):
        file.unlink()
    prepare_home(settings)  # so that `dg dev` finds the home that .env names
    typer.echo(f"deleted the platform's files in {settings.data_dir}")
