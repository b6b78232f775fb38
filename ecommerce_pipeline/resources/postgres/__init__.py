"""PostgreSQL, the shop's database: start with `resource`, which the assets use.

Its parts: `address` (host and login), `errors` (cause and remedy of failures), `catalog` (columns of a source table),
`ingest` (bulk writes) and `scan` (streaming reads).
"""
