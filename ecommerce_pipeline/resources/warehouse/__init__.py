"""Warehouses: what the platform needs of one (`base`), and DuckDB and BigQuery as such."""

from ecommerce_pipeline.resources.warehouse.base import Replaced, Warehouse, Writer

__all__ = ["Replaced", "Warehouse", "Writer"]
