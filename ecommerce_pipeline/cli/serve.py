"""The commands that check the platform, and those that run or stop its servers."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ecommerce_pipeline.cli.app import app
from ecommerce_pipeline.cli.options import Json, Quiet, Verbose
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.settings import Settings

AllowedHosts = Annotated[
    Sequence[str],
    typer.Option(help="A name of this host in addresses of its pages; IP addresses and localhost always work."),
]


@app.command()
def dev(
    host: Annotated[
        str | None, typer.Option(help="The address to listen on; default: 127.0.0.1, for this machine only.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; default: 3000.")] = None,
) -> None:
    """Open the Dagster UI, with schedules, until interrupted."""
    from ecommerce_pipeline.commands.dev import dev_command

    dev_command(Settings.from_environment(), host, port)


@app.command()
def dashboard(
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the page on this machine instead of opening it.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port; 0 picks a free one.")] = 8050,
) -> None:
    """Open the dashboard in the browser, or serve it on this machine (for a page in a bucket, or a remote shell)."""
    from ecommerce_pipeline.commands.dashboard import open_dashboard, serve_dashboard

    settings = Settings.from_environment()
    serve_dashboard(settings, port) if serve else open_dashboard(settings)


@app.command()
def doctor(
    send_test_email: Annotated[
        bool,
        typer.Option("--send-test-email", help="Send a test e-mail to everybody who gets alerts; check nothing else."),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check Python, PostgreSQL, folders, DuckDB, dbt, ports and mail; each line says ok, or what to do."""
    from ecommerce_pipeline.commands.doctor.command import doctor_command

    if not doctor_command(Settings.from_environment(), Output(json, quiet, verbose), send_test_email=send_test_email):
        raise typer.Exit(1)


@app.command()
def ddl() -> None:
    """Print the SQL statements that create the source tables, for SOURCE=external."""
    from ecommerce_pipeline.schema.postgres import create_schema
    from ecommerce_pipeline.schema.tables import TABLES

    typer.echo(create_schema([*TABLES.values()]), nl=False)


@app.command()
def mail(
    serve: Annotated[bool, typer.Option("--serve", help="Run a mail server that keeps all mail, and show it.")] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port of the page.")] = 8025,
    smtp_port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port of the mail server.")] = 1025,
    allowed_host: AllowedHosts = (),
) -> None:
    """List the alerts that are kept on this machine while no mail server is set; --serve receives alerts itself."""
    from ecommerce_pipeline.commands.mail import mail_command, serve_mail

    settings = Settings.from_environment()
    serve_mail(settings, host, port, smtp_port, allowed_host) if serve else mail_command(settings)


@app.command()
def prometheus(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 9464,
    allowed_host: AllowedHosts = (),
) -> None:
    """Serve metrics of runs, assets, alerts and daemons for Prometheus, from Dagster's storage."""
    from ecommerce_pipeline.commands.prometheus import prometheus_command

    prometheus_command(Settings.from_environment(), host, port, allowed_host)


@app.command()
def stop() -> None:
    """Stop the embedded PostgreSQL; the next command that needs it starts it again."""
    from ecommerce_pipeline.commands.stop import stop_command

    stop_command(Settings.from_environment())
