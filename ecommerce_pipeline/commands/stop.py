"""`stop`: stop the embedded PostgreSQL."""

import typer

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
