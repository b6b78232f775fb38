"""The headline measures of marts, by day: what their plots over partitions show in Dagster."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from dagster import MetadataValue

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.rows_by_day import Model
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import days_condition
from ecommerce_pipeline.schema.tables import BUSINESS_DATE

HEADLINES = "headlines"
"""The key of a model's `meta` that lists the columns."""


def headlines(
    warehouse: Warehouse, measures: Mapping[Model, Sequence[str]], daily: Collection[Model], days: Days
) -> dict[Model, dict[str, dict[str, MetadataValue]]]:
    """Return the sums of columns of models by day, with one query for all.

    Args:
        warehouse: Where they are.
        measures: The columns of each model.
        daily: The models that have days; the sums of others, over all their rows, are those of the newest day.
        days: The days; one without rows is left out.
    """
    found: dict[Model, dict[str, dict[str, MetadataValue]]] = defaultdict(lambda: defaultdict(dict))
    if measures:
        statements = [
            f"SELECT '{model[0]}' AS layer, '{model[1]}' AS name, '{column}' AS measure, "
            f"CAST(SUM({column}) AS {warehouse.dialect.float}) AS value, "
            + (_by_day(warehouse, model, days) if model in daily else _whole(warehouse, model, days))
            for model, columns in measures.items()
            for column in columns
        ]
        for row in warehouse.query(" UNION ALL ".join(statements)).to_pylist():
            measure = row["measure"].replace("_", " ")
            found[row["layer"], row["name"]][row["day"]][measure] = MetadataValue.float(row["value"] or 0.0)
    return found


def _by_day(warehouse: Warehouse, model: Model, days: Days) -> str:
    of_days = f"WHERE {days_condition(BUSINESS_DATE, days)} GROUP BY {BUSINESS_DATE}"
    return f"{warehouse.dialect.text.format(BUSINESS_DATE)} AS day FROM {_table(warehouse, model)} {of_days}"


def _whole(warehouse: Warehouse, model: Model, days: Days) -> str:
    return f"'{days.last}' AS day FROM {_table(warehouse, model)}"


def _table(warehouse: Warehouse, model: Model) -> str:
    return f"{warehouse.schema_of(model[0])}.{model[1]}"
