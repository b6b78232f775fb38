"""`status`: what is materialized in each layer, the revenue in the marts, and where the dashboard is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from dagster import AssetKey, DagsterInstance
from psycopg import sql
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from ecommerce_pipeline.commands.output import Output
from ecommerce_pipeline.dashboard.server import DASHBOARD_PAGE
from ecommerce_pipeline.instance.home import open_instance
from ecommerce_pipeline.lake.objects import OBJECT_NAME, split_path
from ecommerce_pipeline.quality.rows_by_day import QUARANTINES
from ecommerce_pipeline.quality.unsold import why_unsold
from ecommerce_pipeline.resources.object_store.base import ObjectStore
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.forecasts import WAREHOUSE_LAYERS
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import Target, postgres, target_of

DAILY_ASSETS: Final = {
    "source": AssetKey(["source", "transactions"]),
    "lake": AssetKey(["lake", "transactions"]),
    "staging": AssetKey(["staging", "transactions"]),
    "core": AssetKey(["core", "fact_transaction"]),
    "datamart": AssetKey(["datamart", "marts_sales_daily"]),
    "forecast": AssetKey(["forecast", "sales_daily"]),
}
"""A daily asset of each layer: its materialized partitions are the layer's days."""


@dataclass(frozen=True)
class LayerSummary:
    """What a layer holds.

    Attributes:
        rows: Its rows; None where counting them would read all of its history.
        days: How many of its days are materialized.
        location: Where it is stored.
    """

    name: str
    tables: int
    rows: int | None
    days: int
    location: str


@dataclass(frozen=True)
class Overview:
    """What is materialized.

    Attributes:
        layers: From the source to the marts.
        revenue: The sums of the sales mart over all its days, and their currency; None before the first sale.
        quarantined: Rows of events that cannot be true, by table.
        dashboard: Where the page is; None if there is none yet.
        unsold: Why no order is sold, if there are orders.
    """

    layers: Sequence[LayerSummary]
    revenue: dict[str, Any] | None
    quarantined: dict[str, int]
    dashboard: str | None
    unsold: str | None = None


def status_command(settings: Settings, output: Output) -> None:
    """Print the overview.

    Raises:
        PlatformError: Nothing is materialized yet.
    """
    with open_instance(settings) as instance:
        found = overview(settings, instance)
    print_overview(found, output.console)
    output.document(ok=True, **asdict(found))


def overview(settings: Settings, instance: DagsterInstance) -> Overview:
    """Return what is materialized.

    Raises:
        PlatformError: Nothing is.
    """
    target = target_of(settings)
    # First, because it raises an error if nothing was built yet.
    counts = target.warehouse.row_counts()
    quarantined = {table: rows for table, rows in counts.items() if table in QUARANTINES and rows}
    layers = [*_layers(settings, target, instance, counts)]
    revenue = _revenue(target.warehouse, settings.reporting_currency)
    return Overview(
        layers,
        revenue,
        {name.removeprefix("quarantine_"): rows for (_, name), rows in quarantined.items()},
        _dashboard(target.dashboard),
        why_unsold(target.warehouse, settings.sold_by)
        if revenue and revenue["placed"] and not revenue["sold"]
        else None,
    )


def print_overview(found: Overview, console: Console) -> None:
    """Print a table of the layers, the revenue in the marts, and the dashboard's address."""
    grid = Grid("layer", "tables", "rows", "days", "where", title="Materialized data", title_justify="left")
    for column in grid.columns[1:4]:
        column.justify = "right"
    grid.columns[4].overflow = "fold"
    for layer in found.layers:
        rows = "" if layer.rows is None else f"{layer.rows:,}"
        grid.add_row(layer.name, f"{layer.tables}", rows, f"{layer.days:,}", escape(layer.location))
    console.print(grid)
    if found.revenue:
        console.print(
            "Revenue {first} to {last}, sold orders only: [bold]{net:,.2f} {currency}[/] net = {gross:,.2f} "
            "gross - {discount:,.2f} discount - {refund:,.2f} refunds. Orders: {placed:,} placed, {sold:,} sold, "
            "{cancelled:,} cancelled".format(**found.revenue),
            soft_wrap=True,
        )
        if found.unsold:
            console.print(f"[yellow]{escape(found.unsold)}[/]", soft_wrap=True)
    else:
        console.print("No sales yet.")
    tables = ", ".join(f"{rows:,} of {table}" for table, rows in found.quarantined.items())
    console.print(f"Quarantined rows: {tables or 'none'}.", soft_wrap=True)
    console.print(
        f"Dashboard: [bold]{escape(found.dashboard)}[/] (`ecommerce-pipeline dashboard` opens it)"
        if found.dashboard
        else "No dashboard yet: `ecommerce-pipeline run --job dashboard` builds it.",
        soft_wrap=True,
    )


def _layers(
    settings: Settings, target: Target, instance: DagsterInstance, counts: Mapping[tuple[str, str], int]
) -> Iterator[LayerSummary]:
    days = {layer: len(instance.get_materialized_partitions(asset)) for layer, asset in DAILY_ASSETS.items()}
    yield _source_layer(postgres(settings), days["source"], is_our_own=settings.source == "synthetic")
    yield _lake_layer(target.lake, days["lake"])
    for schema in WAREHOUSE_LAYERS:
        tables = [rows for (found, _), rows in counts.items() if found == schema]
        location = target.warehouse.layer_location(schema)
        yield LayerSummary(schema, len(tables), sum(tables), days[schema], location)


def _source_layer(database: PostgresResource, days: int, *, is_our_own: bool) -> LayerSummary:
    with database.connect() as connection:
        present = [relation for relation in database.relations(connection).values() if relation.found]
        counts = [
            connection.execute(sql.SQL("SELECT count(*) FROM {} AS rows_").format(relation.own)).fetchone()
            for relation in present
            if is_our_own
        ]
    rows = sum(row[0] for row in counts if row) if is_our_own else None
    return LayerSummary("source", len(present), rows, days, f"PostgreSQL {database.address()}")


def _lake_layer(store: ObjectStore, days: int) -> LayerSummary:
    sizes = {path: size for path, size in store.sizes().items() if path.endswith(OBJECT_NAME)}
    tables = {split_path(path)[0] for path in sizes}
    mib = sum(sizes.values()) / 2**20
    location = f"{store.uri('')} ({len(sizes):,} objects, {mib:,.1f} MiB)"
    return LayerSummary("lake", len(tables), None, days, location)


def _dashboard(store: ObjectStore) -> str | None:
    try:
        with store.reading(DASHBOARD_PAGE):
            return store.uri(DASHBOARD_PAGE)
    except FileNotFoundError:
        return None


def _revenue(warehouse: Warehouse, currency: str) -> dict[str, Any] | None:
    sums: dict[str, Any] = warehouse.query(
        f"""
        SELECT
            min(business_date) AS first, max(business_date) AS last, sum(orders_placed) AS placed,
            sum(orders_sold) AS sold, sum(orders_cancelled) AS cancelled,
            sum(gross_amount) AS gross, sum(discount_amount) AS discount,
            sum(refund_amount) AS refund, sum(net_amount) AS net
        FROM {warehouse.schema_of("datamart")}.marts_sales_daily
        """  # noqa: S608 - its own name
    ).to_pylist()[0]
    counts = {name: int(sums[name]) for name in ("placed", "sold", "cancelled") if sums["first"]}
    return None if sums["first"] is None else sums | counts | {"currency": currency}
