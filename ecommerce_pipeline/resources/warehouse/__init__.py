"""Warehouses: what the platform needs of one (`base`), and DuckDB and BigQuery as such."""

from ecommerce_pipeline.resources.warehouse.base import HEAD_ROWS, JobCost, Replaced, Warehouse, Writer

__all__ = ["HEAD_ROWS", "JobCost", "Replaced", "Warehouse", "Writer"]
