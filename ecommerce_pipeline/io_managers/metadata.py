"""The metadata of materializations, shown in the UI: rows, bytes, window, column schema and a small preview."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableSchema
from sqlalchemy import Table

from ecommerce_pipeline.resources.warehouse import JobCost
from ecommerce_pipeline.schema.postgres import postgres_type

PREVIEW_ROWS = 5
PREVIEW_TEXT = 40


def column_schema(table: Table) -> TableSchema:
    """Return Dagster's column schema of a contract table, with descriptions and nullability."""
    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=postgres_type(column.type),
                description=column.comment,
                constraints=TableColumnConstraints(nullable=bool(column.nullable)),
            )
            for column in table.columns
        ]
    )


def preview(rows: pa.Table) -> MetadataValue:
    """Return the first rows as a Markdown table; long texts are shortened.

    It is stored with every partition of a run, and Dagster's own table metadata takes 20 times as long to store.
    """
    lines = [rows.column_names, ["---"] * rows.num_columns]
    lines += [[_cell(value) for value in row.values()] for row in rows.slice(0, PREVIEW_ROWS).to_pylist()]
    return MetadataValue.md("\n".join(f"| {' | '.join(line)} |" for line in lines))


def volume(rows: int, size: int | None = None) -> dict[str, Any]:
    """Return the metadata of the number of rows and, if known, bytes that were written."""
    return {"dagster/row_count": rows, **({} if size is None else {"bytes": size})}


def cost(job: JobCost | None) -> dict[str, Any]:
    """Return the metadata of what a job cost; nothing where work is not billed."""
    if job is None:
        return {}
    return {
        "bytes billed": job.bytes_billed,
        "slot milliseconds": job.slot_milliseconds,
        "job": MetadataValue.url(job.url),
    }


def days(keys: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of the days that a run wrote; nothing for a snapshot."""
    if not keys:
        return {}
    return {"window": f"{keys[0]} to {keys[-1]}" if len(keys) > 1 else keys[0], "partitions": len(keys)}


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= PREVIEW_TEXT else text[: PREVIEW_TEXT - 1] + "…"
