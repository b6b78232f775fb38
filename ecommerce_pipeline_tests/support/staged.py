"""Staging tables without the pipeline: rows of a test's own shop, for dbt's models to build on."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.schema.arrow import arrow_schema
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.keys import plain
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, DIMENSIONS, STAGING, TABLES

Row = dict[str, Any]


def with_staging(path: Path) -> Path:
    """Make a warehouse whose staging tables are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(os.fspath(path)) as connection:
        connection.execute("CREATE SCHEMA staging")
        for table in STAGING.values():
            connection.execute(create_table(table, "staging"))
    return path


def staged_row(table: str, **values: Any) -> Row:
    """Return a row of a staging table: the values given, and something for each other column that must have a value."""
    row: Row = {}
    for column in STAGING[table].columns:
        match plain(column.type):
            case _ if column.nullable:
                row[column.name] = None
            case Integer():
                row[column.name] = 1
            case Numeric():
                row[column.name] = Decimal(0)
            case Boolean():
                row[column.name] = False
            case DateTime():
                row[column.name] = datetime(2026, 1, 1, tzinfo=UTC)
            case Date():
                row[column.name] = date(2026, 1, 1)
            case _:
                row[column.name] = "any"
    assert values.keys() <= row.keys()
    return row | values


def stage_days(warehouse: Path, rows: Mapping[str, Iterable[Row]], days: Days) -> None:
    """Replace the days' rows of every event table, and all rows of every dimension, by those of the shop."""
    with duckdb.connect(os.fspath(warehouse)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in TABLES:
            is_whole = name in DIMENSIONS
            wanted = [row for row in rows.get(name, ()) if is_whole or row[BUSINESS_DATE] in days]
            replaced = "true" if is_whole else f"list_contains(?, {BUSINESS_DATE})"
            connection.execute(f"DELETE FROM staging.{name} WHERE {replaced}", [] if is_whole else [list(days)])
            connection.register("rows", pa.Table.from_pylist(wanted, arrow_schema(STAGING[name])))
            connection.execute(f"INSERT INTO staging.{name} BY NAME FROM rows")
