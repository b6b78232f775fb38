"""The metadata of materializations, shown in the UI: rows, bytes, days, column schema and a small preview.

It is kept as long as Dagster's event log, so it has no personal values.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa
from dagster import MetadataValue, OutputContext, TableColumn, TableColumnConstraints, TableSchema
from sqlalchemy import Table

from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.io_managers.markdown import table
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse import JobCost
from ecommerce_pipeline.schema.personal import MASK, PERSONAL_NAMES, personal_columns
from ecommerce_pipeline.schema.postgres import postgres_type

URI: Final = "dagster/uri"
PREVIEW_ROWS: Final = 5
PREVIEW_TEXT: Final = 40
PREVIEWED_DAYS: Final = 7
"""The newest days of a run that have a preview, which takes more space than all other metadata.

In the warehouse a preview takes a query of its own, so there only the newest day has one, which the UI shows as the
asset's.
"""


def column_schema(contract: Table) -> TableSchema:
    """Return Dagster's column schema of a contract table, with descriptions, nullability and what is personal."""
    personal = personal_columns(contract)
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=postgres_type(column.type),
                description=column.comment,
                constraints=TableColumnConstraints(nullable=bool(column.nullable)),
                tags={"personal": personal[column.name]} if column.name in personal else {},
            )
            for column in contract.columns
        ]
    )


def preview(rows: pa.Table) -> MetadataValue:
    """Return the first rows as a Markdown table; personal values are masked, long texts shortened.

    Dagster's own table metadata takes 20 times as long to store.
    """
    shown = rows.slice(0, PREVIEW_ROWS).to_pylist()
    return MetadataValue.md(table(rows.column_names, ([_shown(*cell) for cell in row.items()] for row in shown)))


def volume(rows: int, size: int | None = None) -> dict[str, Any]:
    """Return the metadata of the number of rows and, if known, bytes that were written."""
    return {"dagster/row_count": rows, **({} if size is None else {"bytes": size})}


def partition_volume(rows: int, size: int | None = None) -> dict[str, Any]:
    """Return the metadata of the number of rows and, if known, bytes of a partition."""
    return {**volume(rows, size), "dagster/partition_row_count": rows}


def cost(job: JobCost | None) -> dict[str, Any]:
    """Return the metadata of what a job cost; nothing where work is not billed."""
    if job is None:
        return {}
    return {
        "bytes billed": job.bytes_billed,
        "slot milliseconds": job.slot_milliseconds,
        "job": MetadataValue.url(job.url),
    }


def report(context: OutputContext, by_day: Mapping[str | None, Mapping[str, Any]]) -> None:
    """Add metadata to an output's materializations.

    Args:
        context: Of the output.
        by_day: The metadata by day; under None that of an asset that is replaced whole, which has the newest day of
            the run: the asset has no rows of the other days, only the same address.
    """
    if not context.has_asset_partitions:
        context.add_output_metadata(by_day[None])
        return
    keys = sorted(context.asset_partition_keys)
    shown = {"days": Days.of(map(date.fromisoformat, keys)).summary}
    context.add_output_metadata(shown | ({URI: by_day[None][URI]} if None in by_day else {}))
    add_partition_metadata(context, context.asset_key, {day or keys[-1]: found for day, found in by_day.items()})


def _shown(column: str, value: object) -> str:
    text = "" if value is None else MASK if column in PERSONAL_NAMES else str(value)
    return text if len(text) <= PREVIEW_TEXT else text[: PREVIEW_TEXT - 1] + "…"
