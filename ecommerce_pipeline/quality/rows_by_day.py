"""Rows of the dbt models that are built by day: how many each day has and, in quarantine, which rules they break."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from dagster import MetadataValue

from ecommerce_pipeline.io_managers.markdown import table
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import days_condition
from ecommerce_pipeline.schema.tables import EVENTS

Model = tuple[str, str]
"""The layer and the name of a model."""

QUARANTINES = {("core", f"quarantine_{table}") for table in EVENTS}


def count_rows(
    warehouse: Warehouse, models: Mapping[Model, str], days: Days
) -> dict[Model, dict[str, Counter[str | None]]]:
    """Return the rows of models by day and, of a quarantine, by the rule that they break, with one query for all.

    Args:
        warehouse: Where they are.
        models: The column of each model's days.
        days: The days to count; one without rows is left out.

    Raises:
        PlatformError: A table does not exist.
    """
    counts: dict[Model, dict[str, Counter[str | None]]] = defaultdict(lambda: defaultdict(Counter))
    if models:
        text = warehouse.dialect.text
        for row in warehouse.query(
            " UNION ALL ".join(
                f"SELECT '{layer}' AS layer, '{name}' AS name, {text.format(column)} AS day, "  # noqa: S608 - its own names
                f"{reason} AS reason, COUNT(*) AS rows_ FROM {warehouse.schema_of(layer)}.{name} "
                f"WHERE {days_condition(column, days)} GROUP BY {column}, reason"
                for (layer, name), column in models.items()
                for reason in ["reason" if (layer, name) in QUARANTINES else text.format("NULL")]
            )
        ).to_pylist():
            counts[row["layer"], row["name"]][row["day"]][row["reason"]] = row["rows_"]
    return counts


def quarantine_metadata(rows: Counter[str | None]) -> dict[str, Any]:
    """Return the metadata of rows in quarantine, by the rule that they break."""
    by_rule = sorted(rows.items(), key=lambda item: (-item[1], str(item[0])))
    shown = table(["rule", "rows"], ((rule, f"{count:,}") for rule, count in by_rule), right=1)
    return {
        "rows quarantined": rows.total(),
        "rows by rule": MetadataValue.md(shown if rows else "none"),
    }
