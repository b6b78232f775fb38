"""PostgreSQL, the shop's database: start with `resource`, which the assets use.

Its parts: `address` (host and login), `session` (parameters of each transaction), `errors` (cause and remedy of
failures), `catalog` (columns of a source table), `special_values` (NaN and the like), `replica` (waiting for one),
`ingest` (bulk writes) and `scan` (streaming reads).
"""
