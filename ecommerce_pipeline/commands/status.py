"""`status`: what is materialized, layer by layer, the revenue in the marts, and where the dashboard is."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq
from dagster import AssetKey, DagsterInstance
from psycopg import sql
from rich.console import Console
from rich.table import Table as Grid

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.home import open_instance
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dashboard_store, postgres, warehouse

# A daily asset of each layer: its materialized partitions are the layer's days.
DAILY_ASSETS = {
    "source": AssetKey(["source", "transactions"]),
    "lake": AssetKey(["lake", "transactions"]),
    "staging": AssetKey(["staging", "transactions"]),
    "core": AssetKey(["core", "fact_transaction"]),
    "datamart": AssetKey(["datamart", "marts_sales_daily"]),
}


@dataclass(frozen=True)
class Layer:
    """What one layer holds."""

    name: str
    tables: int
    rows: int
    place: str


def status_command(settings: Settings) -> None:
    """Print the overview.

    Raises:
        PlatformError: Nothing is materialized yet.
    """
    with open_instance(settings) as instance:
        print_overview(settings, instance, Console(highlight=False))


def print_overview(settings: Settings, instance: DagsterInstance, console: Console) -> None:
    """Print a table of the layers and, below, the revenue of the days in the marts."""
    grid = Grid("layer", "tables", "rows", "days", "where", title="What is there", title_justify="left")
    for column in grid.columns[1:4]:
        column.justify = "right"
    grid.columns[4].overflow = "fold"
    for layer in _layers(settings):
        days = len(instance.get_materialized_partitions(DAILY_ASSETS[layer.name]))
        grid.add_row(layer.name, f"{layer.tables}", f"{layer.rows:,}", f"{days:,}", layer.place)
    console.print(grid)
    console.print(_revenue(settings), soft_wrap=True)
    console.print(_page(settings), soft_wrap=True)


def _layers(settings: Settings) -> Iterator[Layer]:
    counts = warehouse(settings).row_counts()  # first: it says so where nothing was built yet
    yield _source_layer(settings)
    yield _lake_layer(settings)
    for schema in ("staging", "core", "datamart"):
        tables = [rows for (found, _), rows in counts.items() if found == schema]
        yield Layer(schema, len(tables), sum(tables), f"{settings.warehouse_path}, schema {schema}")


def _source_layer(settings: Settings) -> Layer:
    database = postgres(settings)
    with database.connect() as connection:
        present = [
            table
            for table in TABLES.values()
            if connection.execute("SELECT to_regclass(%s)", [f"{table.schema}.{table.name}"]).fetchone() != (None,)
        ]
        counts = [
            connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(table.schema), table.name))
            ).fetchone()
            for table in present
        ]
    return Layer("source", len(present), sum(row[0] for row in counts if row), f"PostgreSQL {database.address()}")


def _lake_layer(settings: Settings) -> Layer:
    objects = sorted(path for path in settings.lake_dir.glob("[!.]*/**/*.parquet"))
    tables = {path.relative_to(settings.lake_dir).parts[0] for path in objects}
    rows = sum(pq.read_metadata(path).num_rows for path in objects)
    return Layer("lake", len(tables), rows, f"{settings.lake_dir} ({len(objects):,} objects)")


def _page(settings: Settings) -> str:
    store = dashboard_store(settings)
    try:
        with store.reading(DASHBOARD_PAGE):
            return f"Dashboard: [bold]{store.uri(DASHBOARD_PAGE)}[/] (`ecommerce-pipeline dashboard` opens it)"
    except FileNotFoundError:
        return "No dashboard yet: `ecommerce-pipeline run --job dashboard` makes it."


def _revenue(settings: Settings) -> str:
    with warehouse(settings).connect(read_only=True) as connection:
        sums = connection.execute(
            "SELECT min(created_date), max(created_date), sum(orders_paid), sum(gross_amount), sum(discount_amount), "
            "sum(refund_amount), sum(net_amount) FROM datamart.marts_sales_daily"
        ).fetchone()
    if sums is None or sums[0] is None:
        return "No sales yet."
    first, last, orders, gross, discount, refund, net = sums
    return (
        f"Revenue {first} to {last}, paid orders only: [bold]{net:,.2f}[/] net = {gross:,.2f} gross - {discount:,.2f} "
        f"discount - {refund:,.2f} refunds, from {orders:,} orders"
    )
