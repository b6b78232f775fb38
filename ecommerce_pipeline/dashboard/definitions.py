"""The definitions behind the page's figures and charts: metrics, and columns of marts and forecasts.

None is written here: metrics are dbt's, columns have the descriptions of dbt's models or of the table of a forecast.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecommerce_pipeline.dashboard.charts import SECTIONS
from ecommerce_pipeline.metrics.definitions import Metric, metric_definitions
from ecommerce_pipeline.schema import forecasts

UNIT_OF: Final[Mapping[str, str]] = {"integer": "count", "quantity": "units", "reporting_money": "amount"}
"""The unit of a column by its type in dbt; columns of other types have none."""


@dataclass(frozen=True)
class Described:
    """A column: its table, its description, and its unit, as of a metric, if its type has one."""

    table: str
    description: str
    unit: str | None


@dataclass(frozen=True)
class Definitions:
    """The definitions of all metrics by name, and of the columns that charts name, as `table.column`."""

    metrics: Mapping[str, Metric]
    columns: Mapping[str, Described]


def read_definitions(manifest: Path) -> Definitions:
    """Return the definitions that dbt's manifest has, and the semantic manifest beside it.

    Raises:
        KeyError: A chart names a column that is described nowhere.
    """
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    models = {node["name"]: node for node in nodes if node["resource_type"] == "model"}
    named = {name for section in SECTIONS for chart in section.charts for name in chart.columns}
    return Definitions(metric_definitions(manifest), {name: _described(models, name) for name in sorted(named)})


def _described(models: Mapping[str, Any], name: str) -> Described:
    table, column = name.split(".")
    if table in forecasts.FORECASTS:
        comment = forecasts.FORECASTS[table].c[column].comment
        return Described(f"{forecasts.LAYER}.{table}", comment or "", None)
    model = models[table]
    found = model["columns"][column]
    unit = UNIT_OF.get(found["data_type"])
    return Described(f"{model['config']['schema']}.{table}", found["description"], unit)
