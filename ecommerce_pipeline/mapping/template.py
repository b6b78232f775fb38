"""`shops/template/views`: a SELECT per contract table with every column explained, which a user copies and fills in.

It is written from the table contract by `make generate`.
"""

from typing import Any, Final

from sqlalchemy import Column, Table

from ecommerce_pipeline.schema.drift import is_optional
from ecommerce_pipeline.schema.keys import Key
from ecommerce_pipeline.schema.postgres import postgres_type
from ecommerce_pipeline.schema.tables import REQUIRED, TABLES, UPDATED_AT

VIEWS: Final = "shops/template/views"

_TIME_OF_CHANGE: Final = (
    "It must move whenever anything that the row is made of changes: of several tables, take the greatest"
)


def template_files() -> dict[str, str]:
    """Return the text of each file of the template, by its path in the repository."""
    return {f"{VIEWS}/{name}.sql": _view(table) for name, table in TABLES.items()}


def _view(table: Table) -> str:
    columns = [*table.columns]
    need = f"If you have none, delete this file; the cost: {table.info['without']}."
    if table.name in REQUIRED:
        need = "Every shop needs it."
    lines = [
        f"-- {table.name}: {table.comment}",
        f"-- {need}",
        "-- Write your own table in place of app's, and your own columns in place of t's.",
        "SELECT",
    ]
    required = [column for column in columns if not is_optional(column)]
    optional = [column for column in columns if is_optional(column)]
    for column in required:
        comma = "" if column is required[-1] else ","
        lines += [f"    -- {_text(column)}", f"    t.{column.name} AS {column.name}{comma}"]
    if optional:
        lines.append("    -- Optional: take away the dashes before what you have.")
    for column in optional:
        lines += [f"    -- {_text(column)}", f"    -- , t.{column.name} AS {column.name}"]
    return "\n".join([*lines, f"FROM app.{table.name} AS t", ""])


def _text(column: Column[Any]) -> str:
    note = f" {_TIME_OF_CHANGE}." if column.name == UPDATED_AT else ""
    type_ = "as KEY_TYPE says" if isinstance(column.type, Key) else postgres_type(column.type)
    return f"{column.comment} Type: {type_}.{note}"
