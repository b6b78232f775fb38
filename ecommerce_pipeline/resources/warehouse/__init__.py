"""Warehouses: `base` is the interface, `duckdb/` and `bigquery/` implement it."""

from ecommerce_pipeline.resources.warehouse.base import HEAD_ROWS, JobCost, Replaced, TableName, Warehouse, Writer

__all__ = ["HEAD_ROWS", "JobCost", "Replaced", "TableName", "Warehouse", "Writer"]
