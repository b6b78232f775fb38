"""The key figures of the page's default period, for readers of the asset's metadata."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from ecommerce_pipeline.dashboard.datasets import Datasets
from ecommerce_pipeline.dashboard.periods import Period
from ecommerce_pipeline.metrics.definitions import Metric

SOURCES: Final[Mapping[str, str]] = {
    "net_revenue": "sales",
    "orders_sold": "sales",
    "average_order_value": "sales",
    "units": "sales",
    "orders_new": "customers",
    "refund_amount": "sales",
}
"""The metrics, and the datasets that their sums come from."""


@dataclass(frozen=True)
class Figures:
    """Metrics over a period, all channels; amounts in cents of the reporting currency."""

    period: Period
    values: Mapping[str, float | None]
    net_by_day: list[tuple[date, float]]


def figures(datasets: Datasets, metrics: Mapping[str, Metric]) -> Figures | None:
    """Return the figures, by the definitions of the metrics; None before the first order."""
    period = datasets.default
    if period is None:
        return None
    values = {
        name: metrics[name].value(_sums(_within(datasets, source, period), metrics[name]))
        for name, source in SOURCES.items()
    }
    by_day = dict(_by_day(_within(datasets, SOURCES["net_revenue"], period), metrics["net_revenue"]))
    return Figures(period, values, [(day, by_day.get(day, 0)) for day in period.window.days()])


def _within(datasets: Datasets, name: str, period: Period) -> pa.Table:
    day = pc.field("business_date")
    return datasets.tables[name].filter((day >= period.first) & (day <= period.last))


def _sums(rows: pa.Table, metric: Metric) -> dict[str, float]:
    return {name: pc.sum(rows[name]).as_py() or 0 for name in metric.inputs}


def _by_day(rows: pa.Table, metric: Metric) -> Iterator[tuple[date, Any]]:
    for row in rows.group_by("business_date").aggregate([(name, "sum") for name in metric.inputs]).to_pylist():
        yield row["business_date"], metric.value({name: row[f"{name}_sum"] for name in metric.inputs})
