"""The page's data: the rows of the queries, with amounts in cents. `packing.py` turns them into bytes.

No ratios: the page computes them from sums.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.dashboard.forecast_queries import FORECAST, FORECASTS
from ecommerce_pipeline.dashboard.periods import Period, default_period, periods
from ecommerce_pipeline.dashboard.product_queries import PRODUCTS, leading_products
from ecommerce_pipeline.dashboard.queries import QUERIES, forecasts_read, tables_of_dataset
from ecommerce_pipeline.forecasts.sales_daily import LEAST_BACK_ORIGINS
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema import forecasts

LAYERS: Final = ("core", "datamart", forecasts.LAYER)

CENTS: Final = pa.decimal128(30, 2)
THOUSANDTHS: Final = pa.decimal128(30, 3)

QUANTITIES: Final = "units"
"""How the names of columns begin that are no amounts though they are decimals."""


@dataclass(frozen=True)
class Datasets:
    """Everything the page shows.

    Attributes:
        tables: Rows by name, as in `queries.py`, with `products` and their names, and those of forecasts where
            there are any.
        currency: The reporting currency, of all amounts but those of `currencies`, whose rows have their own.
        as_of: The newest day with orders or refunds; None before the first order.
        periods: The selectable periods.
        partial_until: Until when the newest day was read, if it had not ended.
    """

    tables: Mapping[str, pa.Table]
    currency: str
    as_of: date | None
    periods: Sequence[Period]
    partial_until: datetime | None = None

    @property
    def last_whole_day(self) -> date | None:
        """The newest day with orders or refunds that has ended."""
        return self.as_of - ONE_DAY if self.as_of and self.partial_until else self.as_of

    @property
    def delivered(self) -> list[date]:
        """The days that are loaded."""
        quality = self.tables["quality"]
        return sorted({row["business_date"] for row in quality.to_pylist() if row["rows_in"]})

    @property
    def default(self) -> Period | None:
        """The period that the page opens with."""
        return default_period(list(self.periods)) if self.periods else None


def read_datasets(
    warehouse: Warehouse, currency: str, read_at: Callable[[date], datetime | None] = lambda _: None
) -> Datasets:
    """Read everything the page shows.

    Args:
        warehouse: Where it is.
        currency: The reporting currency.
        read_at: Returns when a day was read from the source, in the shop's time zone; None if that is not known.
    """
    schemas = {layer: warehouse.schema_of(layer) for layer in LAYERS}
    absent = forecasts_read() - set(warehouse.columns([*forecasts_read()]))
    queries = {**QUERIES, **{name: sql for name, sql in FORECASTS.items() if not absent & tables_of_dataset(name)}}
    answers = warehouse.queries([sql.format(**schemas) for sql in queries.values()])
    tables = {name: with_numbers(rows) for name, rows in zip(queries, answers, strict=True)}
    found = Datasets(tables, currency, None, [])
    if FORECAST in tables:
        tables[FORECAST] = _tried(tables[FORECAST])
    sales = tables["sales"].to_pylist()
    if not any(row["orders_placed"] for row in sales):
        return found
    days = [row["business_date"] for row in sales]
    as_of = max(row["business_date"] for row in sales if row["orders_placed"] or row["refund_amount"])
    read = read_at(as_of)
    partial_until = read if read and read.date() == as_of else None
    choices = periods(min(days), as_of, set(found.delivered), partial_until)
    [products] = warehouse.queries([leading_products(choices).format(**schemas)])
    return Datasets({**tables, **_named_once(with_numbers(products))}, currency, as_of, choices, partial_until)


def _named_once(products: pa.Table) -> dict[str, pa.Table]:
    """Return the days of products without their names, and the names."""
    names = products.select(["product_id", "product_name"]).group_by(["product_id", "product_name"]).aggregate([])
    return {PRODUCTS: products.drop_columns(["product_name"]), "product_names": names.sort_by("product_id")}


def _tried(forecast: pa.Table) -> pa.Table:
    """Return the forecast, or no rows of one whose model has too little history to be tried: its baseline misleads."""
    tried = [
        row["published"] or json.loads(row["parameters"])["earlier_origins"] >= LEAST_BACK_ORIGINS
        for row in forecast.select(["published", "parameters"]).to_pylist()
    ]
    return forecast.filter(pa.array(tried, pa.bool_())).drop_columns(["parameters"])


def with_numbers(rows: pa.Table) -> pa.Table:
    """Return the rows sorted, with decimals as numbers: counts unchanged, amounts in cents, quantities in units.

    DuckDB sums integers to decimals with scale 0; BigQuery gives all other decimals scale 9. Amounts are whole cents
    where they can be; sums of several currencies have parts of cents, which only the page's own sums may round.

    >>> from decimal import Decimal
    >>> with_numbers(pa.table({"amount": pa.array([Decimal("12.34")])}))["amount"].to_pylist()
    [1234]
    >>> with_numbers(pa.table({"amount": pa.array([Decimal("12.345"), None])}))["amount"].to_pylist()
    [1234.5, None]
    >>> with_numbers(pa.table({"units": pa.array([Decimal("479.000000000")])}))["units"].to_pylist()
    [479.0]
    """
    # Not at import: pyarrow imports pandas with its first scalar.
    hundred, thousand = (pa.scalar(Decimal(factor), pa.decimal128(4, 0)) for factor in (100, 1000))
    columns: list[Any] = []
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        if name.startswith(QUANTITIES) and pa.types.is_decimal(column.type):
            # By way of whole thousandths: pyarrow casts 479.000000000 to 479.00000000000006.
            thousandths = pc.cast(pc.multiply(pc.cast(column, THOUSANDTHS), thousand), pa.int64())
            columns.append(pc.divide(pc.cast(thousandths, pa.float64()), 1000.0))
        elif not pa.types.is_decimal(column.type):
            columns.append(column)
        elif column.type.scale:
            columns.append(_cents(column, hundred))
        else:
            columns.append(pc.cast(column, pa.int64()))
    found = pa.table(dict(zip(rows.column_names, columns, strict=True)))
    return found.sort_by([(name, "ascending") for name in found.column_names])


def _cents(amounts: "pa.ChunkedArray[Any]", hundred: "pa.Scalar[Any]") -> Any:
    try:
        return pc.cast(pc.multiply(pc.cast(amounts, CENTS), hundred), pa.int64())
    except pa.ArrowInvalid:  # there are parts of cents
        return pa.array([None if amount is None else float(amount * 100) for amount in amounts.to_pylist()])
