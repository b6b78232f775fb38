"""Rows in quarantine, counted by the rule that they break."""

from collections import defaultdict
from typing import Any

from dagster import MetadataValue

from ecommerce_pipeline.partitions import Window
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.tables import EVENTS


def quarantined(warehouse: Warehouse, window: Window) -> dict[str, dict[str, Any]]:
    """Return, by the quarantine table's name, the metadata of its rows that were written in the window.

    Raises:
        PlatformError: A table does not exist.
    """
    core = warehouse.schema_of("core")
    days = f"recorded_date >= DATE '{window.start}' AND recorded_date < DATE '{window.end}'"
    rows = warehouse.query(
        " UNION ALL ".join(
            f"SELECT 'quarantine_{table}' AS name, reason, COUNT(*) AS rows_ "  # noqa: S608 - its own names
            f"FROM {core}.quarantine_{table} WHERE {days} GROUP BY reason"
            for table in EVENTS
        )
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows.to_pylist():
        counts[row["name"]][row["reason"]] = row["rows_"]
    return {f"quarantine_{table}": _metadata(counts[f"quarantine_{table}"]) for table in EVENTS}


def _metadata(counts: dict[str, int]) -> dict[str, Any]:
    by_rule = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = ["| rule | rows |", "| --- | ---: |", *(f"| {rule} | {rows:,} |" for rule, rows in by_rule)]
    return {
        "rows quarantined": sum(counts.values()),
        "rows by rule": MetadataValue.md("\n".join(lines) if counts else "none"),
    }
