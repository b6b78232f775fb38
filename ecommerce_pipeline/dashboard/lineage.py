"""Lineage of each chart: the tables it reads, and the source tables they are built from."""

from collections.abc import Iterable, Mapping
from typing import Any

from ecommerce_pipeline.dashboard.charts import SECTIONS
from ecommerce_pipeline.dashboard.queries import tables_of_dataset
from ecommerce_pipeline.io_managers.markdown import table


def chart_lineage(manifest: Mapping[str, Any]) -> str:
    """Return a Markdown table with a row per chart.

    Args:
        manifest: dbt's manifest, with the parents of each model.
    """
    names = {node["name"]: unique_id for unique_id, node in manifest["nodes"].items() if unique_id.startswith("model.")}
    lines = []
    for section in SECTIONS:
        for chart in section.charts:
            read = sorted({name for dataset in chart.reads for name in tables_of_dataset(dataset)})
            # A forecast is no model of dbt; the marts beside it come from the same source tables.
            origins = sources_of(manifest, (names[name] for _, name in read if name in names))
            tables = ", ".join(f"{layer}/{name}" for layer, name in read)
            lines.append([f"{section.title}: {chart.title}", tables, ", ".join(origins)])
    return table(["chart", "reads", "built from source tables"], lines)


def sources_of(manifest: Mapping[str, Any], models: Iterable[str]) -> list[str]:
    """Return the names of the source tables that dbt models are built from, directly or indirectly."""
    seen: set[str] = set()
    waiting = list(models)
    while waiting:
        unique_id = waiting.pop()
        if unique_id not in seen:
            seen.add(unique_id)
            waiting += manifest["parent_map"].get(unique_id, [])
    return sorted(manifest["sources"][unique_id]["name"] for unique_id in seen if unique_id.startswith("source."))
