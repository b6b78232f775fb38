"""What a materialization of a dbt model reports: the rows of its day, and once per run what concerns the table."""

from collections.abc import Iterator, Sequence
from typing import Any

from dagster import AssetExecutionContext, AssetKey, Output

from ecommerce_pipeline.assets.dbt_build import BuiltPart, Event, total_costs
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.io_managers.metadata import PREVIEW_ROWS, URI, partition_volume, preview, volume
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.quality.headlines import HEADLINES, headlines
from ecommerce_pipeline.quality.rows_by_day import QUARANTINES, Model, count_rows, quarantine_metadata
from ecommerce_pipeline.resources.warehouse import Warehouse
from ecommerce_pipeline.schema.dialects import days_condition


def with_metadata(
    context: AssetExecutionContext,
    warehouse: Warehouse,
    parts: Sequence[BuiltPart],
    days: Days,
    events: Sequence[Event],
) -> Iterator[Event]:
    """Yield the events; the materializations of each model in them get metadata.

    Each day of a model that is built by day has its own rows. What concerns the table as a whole, such as the lineage
    and what dbt reports, is that of the newest day, which the UI shows as the asset's own.
    """
    outputs = {_model(event): event for event in events if isinstance(event, Output)}
    of_days = _by_day(warehouse, parts[-1], days, outputs) if outputs else {}
    costs = total_costs(parts)
    for event in events:
        if isinstance(event, Output):
            unique_id = str(event.metadata["unique_id"].value)
            by_day = of_days[_model(event)]
            by_day[days.last.isoformat()] |= {
                **event.metadata,
                **costs.get(unique_id, {}),
            }
            add_partition_metadata(context, AssetKey(_model(event)), by_day)
            yield event.with_metadata({"days": days.summary, URI: warehouse.uri(*_model(event))})
        else:
            yield event


def _by_day(
    warehouse: Warehouse, part: BuiltPart, days: Days, outputs: dict[Model, Output[Any]]
) -> dict[Model, dict[str, dict[str, Any]]]:
    """Return the metadata of each model by day; that of a model that is rebuilt whole at the newest day."""
    nodes = {model: part.manifest["nodes"][output.metadata["unique_id"].value] for model, output in outputs.items()}
    columns = {model: node["config"]["meta"].get("partition_column") for model, node in nodes.items()}
    daily = {model: column for model, column in columns.items() if column}
    newest = Days.of_day(days.last)
    sizes = warehouse.row_counts()
    counts = count_rows(warehouse, daily, days)
    plotted = {model: node["config"]["meta"].get(HEADLINES) for model, node in nodes.items()}
    measures = headlines(warehouse, {model: names for model, names in plotted.items() if names}, daily, days)
    heads = warehouse.heads(
        {model: days_condition(column, newest) if column else None for model, column in columns.items()}, PREVIEW_ROWS
    )
    found: dict[Model, dict[str, dict[str, Any]]] = {}
    for model in outputs:
        if model in daily:
            by_day = {day.isoformat(): counts[model][day.isoformat()] for day in days}
            found[model] = {
                day: {
                    **partition_volume(rows.total()),
                    URI: warehouse.uri(*model, day),
                    **(quarantine_metadata(rows) if model in QUARANTINES else {}),
                    **measures.get(model, {}).get(day, {}),
                }
                for day, rows in by_day.items()
            }
            found[model][str(newest)]["rows in table"] = sizes[model]
        else:
            found[model] = {str(newest): {**volume(sizes[model]), **measures.get(model, {}).get(str(newest), {})}}
        found[model][str(newest)]["preview"] = preview(heads[model])
    return found


def _model(output: Output[Any]) -> Model:
    layer, name = output.output_name.split("__", 1)
    return layer, name
