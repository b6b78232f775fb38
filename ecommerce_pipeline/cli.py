"""`ecommerce-pipeline`: the command line. Options and help are here; what the commands do is in `commands/`."""

import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from dotenv import load_dotenv

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import ONE_DAY, Window
from ecommerce_pipeline.process import configure_process
from ecommerce_pipeline.settings import PROJECT_ROOT, Settings, SettingsError

app = typer.Typer(
    help="An e-commerce data platform: PostgreSQL, a Parquet lake, a warehouse and dbt marts in one Dagster graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; a PlatformError is printed as one message, without a traceback, with exit code 1."""
    load_dotenv(PROJECT_ROOT / ".env")
    configure_process()
    try:
        app()
    except (PlatformError, SettingsError) as error:
        typer.secho(f"error: {error}", err=True, fg=typer.colors.RED)
        sys.exit(1)


@app.command()
def run(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD; default: RUN_DAYS before --to.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, YYYY-MM-DD; default: END_DATE.")
    ] = None,
    job: Annotated[
        str, typer.Option(help="The step to run: ingest, extract, load, transform, dashboard, or everything.")
    ] = "everything",
    select: Annotated[
        str | None,
        typer.Option(
            metavar="ASSETS",
            help="Assets to run instead of a job, in Dagster's syntax: 'key:\"lake/refunds\"+', one and what follows.",
        ),
    ] = None,
) -> None:
    """Materialize the graph for a range of days in one run; ranges can be run in any order and repeated."""
    settings = Settings.from_environment()
    window = requested_window(settings, from_, to)

    from ecommerce_pipeline.commands.run import run_command

    run_command(settings, window, job, select)


@app.command()
def status() -> None:
    """Show what is materialized: tables, rows and days of each layer, and the revenue in the marts."""
    from ecommerce_pipeline.commands.status import status_command

    status_command(Settings.from_environment())


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
def verify(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD; default: RUN_DAYS before --to.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, YYYY-MM-DD; default: END_DATE.")
    ] = None,
) -> None:
    """Compare the rows of a range of days in every layer, to the cent; prints each difference, with exit code 1."""
    settings = Settings.from_environment()
    window = requested_window(settings, from_, to)

    from ecommerce_pipeline.commands.verify import verify_command

    if not verify_command(settings, window):
        raise typer.Exit(1)


@app.command()
def doctor(
    send_test_email: Annotated[
        bool,
        typer.Option("--send-test-email", help="Send a test e-mail to everybody who gets alerts; check nothing else."),
    ] = False,
) -> None:
    """Check Python, PostgreSQL, folders, DuckDB, dbt, ports and mail; each line says ok, or what to do."""
    from ecommerce_pipeline.commands.doctor.command import doctor_command

    if not doctor_command(Settings.from_environment(), send_test_email=send_test_email):
        raise typer.Exit(1)


@app.command()
def mail(
    serve: Annotated[bool, typer.Option("--serve", help="Run a mail server that keeps all mail, and show it.")] = False,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port of the page.")] = 8025,
    smtp_port: Annotated[int, typer.Option(min=0, max=65535, help="With --serve: the port of the mail server.")] = 1025,
) -> None:
    """List the alerts that are kept on this machine while no mail server is set; --serve receives alerts itself."""
    from ecommerce_pipeline.commands.mail import mail_command, serve_mail

    settings = Settings.from_environment()
    serve_mail(settings, host, port, smtp_port) if serve else mail_command(settings)


@app.command()
def metrics(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 picks a free one.")] = 9464,
) -> None:
    """Serve metrics of runs, assets, alerts and daemons for Prometheus, from Dagster's storage."""
    from ecommerce_pipeline.commands.metrics import metrics_command

    metrics_command(Settings.from_environment(), host, port)


@app.command()
def stop() -> None:
    """Stop the embedded PostgreSQL; the next command that needs it starts it again."""
    from ecommerce_pipeline.commands.stop import stop_command

    stop_command(Settings.from_environment())


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete all data on this machine: embedded database, lake, warehouse, run history. Asks first."""
    from ecommerce_pipeline.commands.stop import reset_command

    reset_command(Settings.from_environment(), ask=not yes)


def requested_window(settings: Settings, first: str | None, last: str | None) -> Window:
    """Return the window that a command's options name.

    Raises:
        PlatformError: A day is malformed, the days are in the wrong order, or one is not in the calendar.
    """
    yesterday = datetime.now(tz=UTC).date() - ONE_DAY
    end = _day("--to", last) if last else min(settings.end_date, yesterday)
    start = _day("--from", first) if first else max(end - (settings.run_days - 1) * ONE_DAY, settings.start_date)
    if start > end:
        raise PlatformError(f"--from {start} is after --to {end}: give the earlier day first")
    if start < settings.start_date:
        raise PlatformError(
            f"--from {start} is before the calendar starts ({settings.start_date}): use a later day, or set START_DATE"
        )
    if settings.source == "synthetic" and end > settings.end_date:
        raise PlatformError(
            f"--to {end} is after the synthetic shop's last day ({settings.end_date}): use an earlier day, "
            "or set END_DATE"
        )
    if end > yesterday:
        raise PlatformError(f"--to {end} is not complete yet: the last complete day (UTC) is {yesterday}")
    return Window(start, end + ONE_DAY)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PlatformError(f"{option} {text} is not a day: write it as YYYY-MM-DD, for example 2026-03-31") from None
