"""`metrics`: the shop's measures, and the answers to questions about them."""

from datetime import date
from typing import Annotated

import typer

from ecommerce_pipeline.cli.app import Application, app
from ecommerce_pipeline.cli.options import Json
from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.settings.parsers import day

FORMATS = ("table", "csv", "json")

metrics = Application()
app.add_typer(metrics, name="metrics")


@metrics.callback(invoke_without_command=True)
def without_command(context: typer.Context) -> None:
    """List the shop's measures, or query them by any dimension."""
    if context.invoked_subcommand is None:
        context.command.get_command(context, "list").main([], standalone_mode=False)  # type: ignore[attr-defined]


@metrics.command("list")
def list_(json: Json = False) -> None:
    """List the metrics with definition and unit."""
    from ecommerce_pipeline.commands.metrics import list_command

    list_command(Settings.from_environment(), Output(json))


@metrics.command()
def export() -> None:
    """Print the definitions as one document in the Open Semantic Interchange format (OSI), for other tools."""
    from ecommerce_pipeline.commands.metrics import export_command

    export_command(Settings.from_environment())


@metrics.command()
def query(
    names: Annotated[
        list[str],
        typer.Argument(metavar="METRIC...", help="Metrics, for example net_revenue orders_sold.", show_default=False),
    ],
    *,
    by: Annotated[str, typer.Option(metavar="DIMENSIONS", help="Dimensions, separated by commas: month,channel.")] = "",
    from_: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day, YYYY-MM-DD.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, YYYY-MM-DD.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="DIMENSION=VALUES", help="Only these values: channel=web,store. Can be repeated."),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = FORMATS[0],
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL for the warehouse, and ask nothing.")] = False,
) -> None:
    """Answer a question from the warehouse: metrics by dimensions, over days."""
    if format_ not in FORMATS:
        raise PlatformError(f"--format {format_} is unknown: use {', '.join(FORMATS)}")
    first, last = _day("--from", from_), _day("--to", to)
    if first and last and first > last:
        raise PlatformError(f"--from {first} is after --to {last}: swap them")
    conditions = dict(_condition(text) for text in where or ())

    from ecommerce_pipeline.commands.metrics import query_command
    from ecommerce_pipeline.metrics.compiler import Question

    dimensions = [name.strip() for name in by.split(",") if name.strip()]
    question = Question([name for text in names for name in text.split(",")], dimensions, first, last, conditions)
    query_command(Settings.from_environment(), question, format_, only_sql=sql)


def _day(option: str, text: str | None) -> date | None:
    try:
        return day(text) if text else None
    except ValueError:
        raise PlatformError(f"{option} {text} is no day: write it as YYYY-MM-DD") from None


def _condition(text: str) -> tuple[str, list[str]]:
    name, is_given, values = text.partition("=")
    if not is_given:
        raise PlatformError(f"--where {text} has no values: write it as channel=web,store; coupon= is none")
    return name.strip(), [value.strip() for value in values.split(",")]
