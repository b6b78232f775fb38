"""DuckDB as a warehouse: start with `warehouse`.

Its parts: `file` (opening it, and waiting for the processes that have it
open) and `errors` (causes and remedies).
"""
