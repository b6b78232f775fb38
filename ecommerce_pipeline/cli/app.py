"""The Typer application that the modules of this folder register their commands on."""

import typer

app = typer.Typer(
    help="An e-commerce data platform: PostgreSQL, a Parquet lake, a warehouse and dbt marts in one Dagster graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
