"""What the metrics say, and what sums of the marts' columns say, by business day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import cached_property

from ecommerce_pipeline.metrics.answers import answer
from ecommerce_pipeline.metrics.compiler import MetricCompiler, Question
from ecommerce_pipeline.metrics.definitions import Metric
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.settings import Settings
from ecommerce_pipeline.targets import dbt_workspace, target_of

Values = dict[date, Decimal | None]

RENAMED = {
    "customers": "buyers",
    "net_amount": "net_revenue",
    "margin_amount": "margin",
    "net_amount_with_cost": "net_revenue_with_cost",
}
"""Columns of marts that have another name than their metric."""
MARTS: Mapping[str, Mapping[str, str]] = {
    "marts_sales_daily": RENAMED,
    "marts_channel_store_daily": RENAMED,
    "marts_unit_economics_daily": RENAMED,
    "marts_payment_channel_daily": RENAMED,
    "marts_funnel_daily": {},
    "marts_customer_daily": {},
    "marts_marketing_daily": {
        "orders_new": "customers_acquired",
        "amount_before_refunds": "attributed_sales_amount",
        "sessions": "",
        "orders_sold": "",
    },
}
"""The marts by day, with the metrics of columns of other names; none of those of which some days are left out."""


class Measures:
    """The metrics of a warehouse and their truth in its marts."""

    def __init__(self, settings: Settings) -> None:
        self.warehouse = target_of(settings).warehouse
        manifest = dbt_workspace(settings).project().manifest_path
        self.compiler = MetricCompiler(manifest, self.warehouse.dialect)

    def asked(self, names: Sequence[str]) -> dict[str, Values]:
        """Return what `metrics query` says by day."""
        rows = answer(self.warehouse, self.compiler, Question(names, ["day"])).to_pylist()
        return {name: {row["day"]: exact(row[name]) for row in rows} for name in names}

    def asked_day_by_day(self, names: Sequence[str], days: Days) -> dict[str, Values]:
        """Return the same by a question a day: BigQuery's emulator cannot group by a name that joined tables have."""
        found: dict[str, Values] = {name: {} for name in names}
        for day in days:
            [row] = answer(self.warehouse, self.compiler, Question(names, [], day, day)).to_pylist()
            for name in names:
                found[name][day] = exact(row[name])
        return found

    def simple_by_table(self) -> list[list[str]]:
        """Return the simple metrics of each table."""
        found: dict[str, list[str]] = defaultdict(list)
        for metric in self.compiler._manifest.metrics:
            if metric.type_params.metric_aggregation_params:
                found[metric.type_params.metric_aggregation_params.semantic_model].append(metric.name)
        return [*found.values()]

    @cached_property
    def marts(self) -> dict[str, dict[str, dict[date, Decimal]]]:
        """The sums of the columns of each mart by day."""
        metrics = self.compiler.metrics
        found: dict[str, dict[str, dict[date, Decimal]]] = {}
        for (_, mart), names in self.warehouse.columns([("datamart", name) for name in MARTS]).items():
            metric_of = {name: MARTS[mart].get(name, name) for name in names}
            summed = {name: metric for name, metric in metric_of.items() if metric in metrics}
            selected = ", ".join(f"sum({name}) AS {metric}" for name, metric in summed.items())
            schema = self.warehouse.schema_of("datamart")
            rows = self.warehouse.query(f"SELECT business_date, {selected} FROM {schema}.{mart} GROUP BY business_date")
            found[mart] = {
                metric: {row["business_date"]: exact(row[metric]) or Decimal(0) for row in rows.to_pylist()}
                for metric in summed.values()
            }
        return found

    def in_marts(self, metric: Metric) -> Iterator[tuple[str, Values]]:
        """Yield each mart that has what the metric follows from, with its values by day."""
        for mart, columns in self.marts.items():
            if metric.name in columns:
                yield mart, {**columns[metric.name]}
            if metric.inputs != (metric.name,) and set(metric.inputs) <= columns.keys():
                days = columns[metric.inputs[0]].keys()
                yield (
                    mart,
                    {day: computed(metric, {name: columns[name][day] for name in metric.inputs}) for day in days},
                )


def computed(metric: Metric, sums: Mapping[str, Decimal]) -> Decimal | None:
    """Return the metric's value by its expression, in decimals; none where it is divided by zero."""
    try:
        return Decimal(eval(metric.expression, {}, dict(sums)))  # noqa: S307 - the project's own definitions
    except (DivisionByZero, InvalidOperation):
        return None


def exact(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def differing(values: Values, others: Values) -> dict[date, tuple[Decimal | None, Decimal | None]]:
    """Return the days on which values differ; a day without rows is 0 or none, and ratios are floats."""
    days = values.keys() | others.keys()
    pairs = {day: (values.get(day), others.get(day)) for day in days}
    return {day: pair for day, pair in pairs.items() if abs((pair[0] or 0) - (pair[1] or 0)) > Decimal("1e-9")}
