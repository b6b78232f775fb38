"""The table contract: each source table described once, and what is derived from it.

`tables` holds the only description of columns, types, keys, nullability and comments; `postgres`, `arrow`,
`duckdb`, `bigquery` and `dbt` derive from it. Nothing here imports Dagster or touches a network or, but for `generate`,
which writes what `dbt` derives, a file.
"""
