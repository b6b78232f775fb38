"""Starts the BigQuery emulator with four differences from BigQuery corrected, and with faster parsing.

- It loads Parquet by position, and DuckDB adds a column for every `key=value` folder of a path; BigQuery loads by name
  and ignores the path.
- It reads tables in several threads over the connection in which jobs run, which mixes up their rows.
- It runs a second job with the id of an existing one; BigQuery rejects it with 409 `duplicate`
  (https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid).
- It accepts `CREATE TABLE t (columns) AS SELECT`, but not with the query in parentheses, as dbt writes it.
- It parses a statement some forty times, once for each construct that it looks for.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import iscoroutinefunction
from typing import Any

from bqemulator.api.dependencies import get_context
from bqemulator.api.routes import jobs, tabledata, tables
from bqemulator.cli import main
from bqemulator.domain.errors import AlreadyExistsError
from bqemulator.jobs import executor
from bqemulator.sql.rewriter import create_table_schema_ctas as ctas
from fastapi import Request
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

first_select = ctas._first_select


def load_parquet(path: str, target: str, context: Any) -> None:
    """Load one object into a table."""
    context.engine.execute(
        f"INSERT INTO {target} BY NAME SELECT * FROM read_parquet(?, hive_partitioning = false)", [path]
    )


def first_select_in_parentheses(body: exp.Expression | None) -> exp.Select | None:
    """Return the first SELECT of a query, in parentheses or not."""
    return first_select(body.unnest() if isinstance(body, exp.Subquery) else body)


def parsed_once(parse: Callable[..., list[exp.Expression | None]]) -> Callable[..., list[exp.Expression | None]]:
    """Return a dialect's `parse` that parses a text once and returns copies of the trees."""
    known = lru_cache(maxsize=64)(parse)

    @wraps(parse)
    def copied(dialect: Dialect, text: str, **options: Any) -> list[exp.Expression | None]:
        if options:
            return parse(dialect, text, **options)
        return [tree and tree.copy() for tree in known(dialect, text)]

    return copied


def in_turn(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return an endpoint that runs in the thread of the jobs, between them, and not in its own."""

    @wraps(endpoint)
    async def with_the_others(*args: Any, **request: Any) -> Any:
        return endpoint(*args, **request)

    return with_the_others


def once_per_id(insert_job: Callable[..., Any]) -> Callable[..., Any]:
    """Return the endpoint that starts jobs, which rejects an existing id."""

    @wraps(insert_job)
    async def once(project_id: str, request: Request, **more: Any) -> Any:
        name = (await request.json()).get("jobReference", {}).get("jobId")
        if name and get_context(request).catalog.get_job(project_id, name):
            raise AlreadyExistsError(f"Already Exists: Job {project_id}:US.{name}")
        return await insert_job(project_id=project_id, request=request, **more)

    return once


if __name__ == "__main__":
    Dialect.parse = parsed_once(Dialect.parse)
    executor._LOAD_FORMAT_HANDLERS["PARQUET"] = load_parquet
    ctas._first_select = first_select_in_parentheses
    for route in (*tables.router.routes, *tabledata.router.routes, *jobs.router.routes):
        if not iscoroutinefunction(route.endpoint):
            route.endpoint = in_turn(route.endpoint)
    for route in jobs.router.routes:
        if route.endpoint is jobs.insert_job:
            route.endpoint = once_per_id(route.endpoint)
    main()
