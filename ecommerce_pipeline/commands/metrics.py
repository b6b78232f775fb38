"""`metrics list`, `export` and `query`: the definitions of the shop's measures, and answers from the warehouse."""

import csv
import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import typer
from rich.markup import escape
from rich.table import Table as Grid

from ecommerce_pipeline.commands.output import Output, console_on
from ecommerce_pipeline.metrics.answers import answer
from ecommerce_pipeline.metrics.compiler import MetricCompiler, Question
from ecommerce_pipeline.metrics.definitions import Metric, metric_definitions
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, target_of

NONE: Final = "-"
OSI_DOCUMENT: Final = "osi_document.json"
WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    "count": "{:,}".format,
    "units": lambda units: f"{units:,.3f}".rstrip("0").rstrip("."),
    "amount": "{:,.2f}".format,
    "share": "{:.2%}".format,
    "stars": "{:.2f}".format,
    "factor": "{:.2f}".format,
}
"""How a value is written in a table for people, by unit."""


def list_command(settings: Settings, output: Output) -> None:
    """Print the metrics."""
    metrics = metric_definitions(dbt_workspace(settings).project().manifest_path)
    output.document(ok=True, metrics=[{name: getattr(metric, name) for name in _LISTED} for metric in metrics.values()])
    grid = Grid("metric", "unit", "definition", box=None, pad_edge=False)
    for metric in metrics.values():
        grid.add_row(metric.name, metric.unit, escape(_definition(metric)))
    output.console.print(grid)


_LISTED: Final = ("name", "label", "description", "unit", "expression", "can_be_added")


def _definition(metric: Metric) -> str:
    is_simple = metric.expression == metric.name
    return metric.description if is_simple else f"{metric.description} = {metric.expression}"


def export_command(settings: Settings) -> None:
    """Print dbt's semantic models and metrics in the Open Semantic Interchange format, as dbt writes them."""
    manifest = dbt_workspace(settings).project().manifest_path
    document = json.loads(manifest.with_name(OSI_DOCUMENT).read_bytes())
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def query_command(settings: Settings, question: Question, format_: str, *, only_sql: bool) -> None:
    """Print the answer as a table, CSV or JSON.

    Raises:
        PlatformError: There is no such metric, or not by such a dimension; or the warehouse is not built yet.
    """
    warehouse = target_of(settings).warehouse
    compiler = MetricCompiler(dbt_workspace(settings).project().manifest_path, warehouse.dialect)
    if only_sql:
        typer.echo(compiler.compile(question))
        return
    rows = answer(warehouse, compiler, question)
    if format_ == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.column_names)
        writer.writerows([[_plain(value) for value in row.values()] for row in rows.to_pylist()])
    elif format_ == "json":
        found = [{name: _plain(value) for name, value in row.items()} for row in rows.to_pylist()]
        typer.echo(json.dumps(found, default=str, ensure_ascii=False))
    else:
        console_on(sys.stdout).print(_grid(rows, compiler.metrics, settings.reporting_currency))


def _plain(value: Any) -> Any:
    """Return a value exactly: a decimal as text without trailing zeros, so that no reader makes a float of it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) if isinstance(value, date) else value


def _grid(rows: pa.Table, metrics: Mapping[str, Metric], currency: str) -> Grid:
    grid = Grid(box=None, pad_edge=False)
    for name in rows.column_names:
        unit = f" ({currency})" if name in metrics and metrics[name].unit == "amount" else ""
        grid.add_column(name + unit, justify="right" if name in metrics else "left")
    for row in rows.to_pylist():
        grid.add_row(*(escape(_written(value, metrics.get(name))) for name, value in row.items()))
    return grid


def _written(value: Any, metric: Metric | None) -> str:
    if value is None:
        return NONE
    return WRITTEN[metric.unit](value) if metric else str(value)
