"""DuckDB as a warehouse: start with `warehouse`."""
