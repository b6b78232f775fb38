"""Tables of a warehouse that follow their definition: what loses nothing is done, all else is refused by name.

What differs, and what loses nothing, is decided in `schema.evolution`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.types import TypeEngine

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.resources.warehouse.base import TableName, Warehouse
from ecommerce_pipeline.schema.dialects import Dialect
from ecommerce_pipeline.schema.drift import Found
from ecommerce_pipeline.schema.evolution import Evolution, evolution
from ecommerce_pipeline.schema.forecasts import LAYER as FORECASTS
from ecommerce_pipeline.schema.postgres import postgres_type

Defined = Mapping[str, tuple[TypeEngine[Any], bool]]
"""The columns of a table as they are defined: the contract's type, and whether the column may be null."""


def contract_columns(table: Table) -> Defined:
    """Return the columns of a table of the contract."""
    return {column.name: (column.type, bool(column.nullable)) for column in table.columns}


def changes(warehouse: Warehouse, defined: Mapping[TableName, Defined]) -> dict[TableName, Evolution]:
    """Return how the tables that exist differ from their definition; those that do not differ are left out.

    Raises:
        PlatformError: A table cannot follow without loss; the message names all such tables, with columns, both types
            and the remedy.
    """
    compared = _compare(warehouse, defined)
    if lossy := {table: change.lossy for table, change in compared.items() if change.lossy}:
        differences = "; ".join(f"{'.'.join(table)}: {', '.join(clauses)}" for table, clauses in lossy.items())
        raise PlatformError(
            f"the definition of a table changed, and its rows cannot follow without loss. {differences}. Nothing was "
            f"changed. {_remedy(lossy)}"
        )
    return {table: change for table, change in compared.items() if change}


def unfit(warehouse: Warehouse, defined: Mapping[TableName, Defined]) -> list[TableName]:
    """Return the tables that cannot follow their definition without loss."""
    return [table for table, change in _compare(warehouse, defined).items() if change.lossy]


def follow(warehouse: Warehouse, defined: Mapping[TableName, Defined]) -> dict[TableName, Evolution]:
    """Let tables follow their definitions, and return what was changed.

    Raises:
        PlatformError: A table cannot follow without loss; none is changed.
    """
    found = changes(warehouse, defined)
    if found:
        warehouse.alter(found)
    return found


def _compare(warehouse: Warehouse, defined: Mapping[TableName, Defined]) -> dict[TableName, Evolution]:
    found = warehouse.columns([*defined])
    return {table: evolution(found[table], _stored(warehouse.dialect, defined[table])) for table in found}


def _remedy(lossy: Mapping[TableName, object]) -> str:
    layers = {layer for layer, _ in lossy}
    if layers == {FORECASTS}:
        tables = " and ".join(".".join(table) for table in lossy)
        return f"Drop {tables}, and `ecommerce-pipeline run --job {FORECASTS}` forecasts the days again"
    if "staging" in layers:
        return (
            "`ecommerce-pipeline rebuild-warehouse` loads all staging tables from the lake again, and builds all "
            "models from them"
        )
    names = " ".join(name for _, name in lossy)
    return f"`ecommerce-pipeline rebuild {names}` builds its history, and all that follows from it, from staging again"


def _stored(dialect: Dialect, columns: Defined) -> dict[str, Found]:
    names = {name: postgres_type(type_) for name, (type_, _) in columns.items()}
    return {
        name: Found(dialect.integer if names[name] == "integer" else names[name], nullable)
        for name, (_, nullable) in columns.items()
    }
