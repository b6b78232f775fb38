"""The page of definitions, `docs/metrics.md`: every metric with its definition, unit, and dimensions."""

from collections.abc import Sequence

from ecommerce_pipeline.metrics.compiler import GRAINS, MetricCompiler
from ecommerce_pipeline.metrics.definitions import UNITS, Metric

HEAD = """\
# Metrics

<!-- Generated from dbt's semantic models: change those, and run `make generate`. -->

Every measure of the platform is defined once, in the property files of the dbt models that it is computed from, or in
[`metrics.yml`](../ecommerce_dbt/models/metrics.yml) if it follows from others. The marts, the dashboard, this page and
`ecommerce-pipeline metrics query` use these definitions; [questions.md](questions.md) shows what to ask.

Amounts are in `REPORTING_CURRENCY`. A ratio is computed from sums, never averaged. Every metric has the
dimensions day, week (from Monday), month, quarter and year, and those that it names.

For the synthetic shop, a test compares every metric by day with each mart that has it and with the shop's ledger.
`python -m benchmarks.metrics` does so over 396 days at scale 1, and lists the days that differ; it takes some minutes.

| metric | definition | unit |
| --- | --- | --- |
"""


def reference(compiler: MetricCompiler) -> str:
    """Return the page, in Markdown."""
    metrics = compiler.metrics.values()
    rows = "".join(f"| [{each.name}](#{each.name}) | {each.description} | {UNITS[each.unit]} |\n" for each in metrics)
    return HEAD + rows + "".join(_section(each, compiler.dimensions([each.name])) for each in metrics)


def _section(metric: Metric, dimensions: Sequence[str]) -> str:
    own = ", ".join(f"`{name}`" for name in dimensions if name not in GRAINS)
    lines = [f"**{metric.label}.** {metric.description}"]
    if metric.expression != metric.name:
        lines.append(f"`{metric.expression}`")
    if not metric.can_be_added:
        lines.append("Values of several days or groups cannot be added.")
    lines.append(f"By: {own}.")
    return f"\n## {metric.name}\n\n" + "\n\n".join(lines) + "\n"
