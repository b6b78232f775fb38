"""The key figures of the page's default period, for readers of the asset's metadata."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.dashboard.datasets import Datasets
from ecommerce_pipeline.dashboard.periods import Period


@dataclass(frozen=True)
class Figures:
    """Sums over a period, all channels; amounts in cents of the reporting currency."""

    period: Period
    net_cents: float
    sold_cents: float
    orders_sold: int
    orders_placed: int
    units: float
    refund_cents: float
    new_customers: int
    net_by_day: list[tuple[date, float]]


def figures(datasets: Datasets) -> Figures | None:
    """Return the figures; None before the first order."""
    period = datasets.default
    if period is None:
        return None
    sales = _within(datasets.tables["sales"], period)
    customers = _within(datasets.tables["customers"], period)
    sold = pc.subtract(sales["gross_amount"], sales["discount_amount"])
    net = sales.append_column("net", pc.subtract(sold, sales["refund_amount"]))
    by_day = dict(_rows(net.group_by("business_date").aggregate([("net", "sum")])))
    return Figures(
        period=period,
        net_cents=_total(net["net"]),
        sold_cents=_total(sold),
        orders_sold=_total(sales["orders_sold"]),
        orders_placed=_total(sales["orders_placed"]),
        units=_total(sales["units"]),
        refund_cents=_total(sales["refund_amount"]),
        new_customers=_total(customers["orders_new"]),
        net_by_day=[(day, by_day.get(day, 0)) for day in period.window.days()],
    )


def _within(rows: pa.Table, period: Period) -> pa.Table:
    return rows.filter((pc.field("business_date") >= period.first) & (pc.field("business_date") <= period.last))


def _total(values: "pa.ChunkedArray[Any]") -> Any:
    return pc.sum(values).as_py() or 0


def _rows(table: pa.Table) -> Iterator[tuple[date, float]]:
    for row in table.to_pylist():
        yield row["business_date"], row["net_sum"]
