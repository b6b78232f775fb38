"""Thin, typed clients of external systems, one folder per vendor or kind.

`postgres` (the shop's database), `embedded_postgres` (the server that is started where none is set), `object_store`
(lake and dashboard), `warehouse` (DuckDB, BigQuery), `google` (clients and errors of Google Cloud), `dbt`, `mail`. They
take plain values: `targets` creates them from the settings.
"""
