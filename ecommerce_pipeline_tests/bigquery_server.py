"""Starts the BigQuery emulator with two of its ways made BigQuery's own.

- It loads Parquet by position, and DuckDB under it takes every `key=value` folder of a path for a further column;
  BigQuery loads by name, and a path is a path.
- It takes `CREATE TABLE t (columns) AS SELECT`, but not with the query in brackets, as dbt writes it.
"""

from typing import Any

from bqemulator.cli import main
from bqemulator.jobs import executor
from bqemulator.sql.rewriter import create_table_schema_ctas as ctas
from sqlglot import exp

first_select = ctas._first_select


def load_parquet(path: str, target: str, context: Any) -> None:
    """Load one object into a table."""
    context.engine.execute(
        f"INSERT INTO {target} BY NAME SELECT * FROM read_parquet(?, hive_partitioning = false)", [path]
    )


def first_select_in_brackets(body: exp.Expression | None) -> exp.Select | None:
    """Return the first SELECT of a query, in brackets or not."""
    return first_select(body.unnest() if isinstance(body, exp.Subquery) else body)


if __name__ == "__main__":
    executor._LOAD_FORMAT_HANDLERS["PARQUET"] = load_parquet
    ctas._first_select = first_select_in_brackets
    main()
