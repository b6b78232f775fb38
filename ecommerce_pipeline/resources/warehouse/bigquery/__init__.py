"""BigQuery as a warehouse: start with `warehouse`.

Its parts: `tables` (definitions from the contract), `jobs` (loads and queries that run exactly once), `read` (the
Storage API) and `errors` (causes and remedies).
"""
