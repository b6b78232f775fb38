"""`status`: what is materialized in each layer, the revenue in the marts, and where the dashboard is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dagster import AssetKey, DagsterInstance
from psycopg import sql
from rich.console import Console
from rich.table import Table as Grid

from ecommerce_pipeline.assets.common import DASHBOARD_PAGE
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.lake.objects import OBJECT_NAME, find_object, split_path
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import TABLES
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import Target, postgres, target_of

DAILY_ASSETS: Final = {
    "source": AssetKey(["source", "transactions"]),
    "lake": AssetKey(["lake", "transactions"]),
    "staging": AssetKey(["staging", "transactions"]),
    "core": AssetKey(["core", "fact_transaction"]),
    "datamart": AssetKey(["datamart", "marts_sales_daily"]),
}
"""A daily asset of each layer: its materialized partitions are the layer's days."""


@dataclass(frozen=True)
class LayerSummary:
    """What a layer holds; `rows` is None where counting them would take a request per object."""

    name: str
    tables: int
    rows: int | None
    location: str


def status_command(settings: Settings) -> None:
    """Print the overview.

    Raises:
        PlatformError: Nothing is materialized yet.
    """
    with open_instance(settings) as instance:
        print_overview(settings, instance, Console(highlight=False))


def print_overview(settings: Settings, instance: DagsterInstance, console: Console) -> None:
    """Print a table of the layers, the revenue in the marts, and the dashboard's address."""
    target = target_of(settings)
    grid = Grid("layer", "tables", "rows", "days", "where", title="Materialized data", title_justify="left")
    for column in grid.columns[1:4]:
        column.justify = "right"
    grid.columns[4].overflow = "fold"
    for layer in _layers(settings, target):
        days = len(instance.get_materialized_partitions(DAILY_ASSETS[layer.name]))
        grid.add_row(
            layer.name, f"{layer.tables}", "" if layer.rows is None else f"{layer.rows:,}", f"{days:,}", layer.location
        )
    console.print(grid)
    console.print(_revenue(target.warehouse), soft_wrap=True)
    console.print(_dashboard(target.dashboard), soft_wrap=True)


def _layers(settings: Settings, target: Target) -> Iterator[LayerSummary]:
    # First, because it raises an error if nothing was built yet.
    counts = target.warehouse.row_counts()
    yield _source_layer(postgres(settings))
    yield _lake_layer(target.lake)
    for schema in ("staging", "core", "datamart"):
        tables = [rows for (found, _), rows in counts.items() if found == schema]
        yield LayerSummary(schema, len(tables), sum(tables), target.warehouse.layer_location(schema))


def _source_layer(database: PostgresResource) -> LayerSummary:
    with database.connect() as connection:
        present = [
            table
            for table in TABLES.values()
            if connection.execute("SELECT to_regclass(%s)", [f'"{table.schema}"."{table.name}"']).fetchone() != (None,)
        ]
        counts = [
            connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(table.schema), table.name))
            ).fetchone()
            for table in present
        ]
    return LayerSummary(
        "source", len(present), sum(row[0] for row in counts if row), f"PostgreSQL {database.address()}"
    )


def _lake_layer(store: ObjectStore) -> LayerSummary:
    sizes = {path: size for path, size in store.sizes().items() if path.endswith(OBJECT_NAME)}
    tables = {split_path(path)[0] for path in sizes}
    rows = None if store.is_remote else sum(find_object(store, *split_path(path)).rows for path in sizes)
    mib = sum(sizes.values()) / 2**20
    return LayerSummary("lake", len(tables), rows, f"{store.uri('')} ({len(sizes):,} objects, {mib:,.1f} MiB)")


def _dashboard(store: ObjectStore) -> str:
    try:
        with store.reading(DASHBOARD_PAGE):
            return f"Dashboard: [bold]{store.uri(DASHBOARD_PAGE)}[/] (`ecommerce-pipeline dashboard` opens it)"
    except FileNotFoundError:
        return "No dashboard yet: `ecommerce-pipeline run --job dashboard` builds it."


def _revenue(warehouse: Warehouse) -> str:
    sums = warehouse.query(
        f"""
        SELECT
            min(created_date) AS first, max(created_date) AS last, sum(orders_paid) AS orders,
            sum(gross_amount) AS gross, sum(discount_amount) AS discount,
            sum(refund_amount) AS refund, sum(net_amount) AS net
        FROM {warehouse.schema_of("datamart")}.marts_sales_daily
        """  # noqa: S608 - its own name
    ).to_pylist()[0]
    first, last, orders, gross, discount, refund, net = sums.values()
    if first is None:
        return "No sales yet."
    return (
        f"Revenue {first} to {last}, paid orders only: [bold]{net:,.2f}[/] net = {gross:,.2f} gross - {discount:,.2f} "
        f"discount - {refund:,.2f} refunds, from {orders:,} orders"
    )
