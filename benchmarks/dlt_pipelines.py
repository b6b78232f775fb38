"""dlt pipelines with their state in a case's folder: extraction to Parquet files, and loads into DuckDB."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from benchmarks.case import Work
from benchmarks.data import Data

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
ROWS_PER_CHUNK = 100_000


def pipeline(destination: Any, scratch: Path) -> Any:
    """Return a pipeline that keeps its state in the folder."""
    import dlt

    return dlt.pipeline("bench", pipelines_dir=str(scratch / "dlt"), destination=destination, dataset_name="shop")


def extracting(backend: str, table: Table) -> Callable[[Data, Path], Work]:
    """Return the case of a backend: a PostgreSQL table to Parquet files."""

    def prepare(data: Data, scratch: Path) -> Work:
        import dlt

        files = pipeline(dlt.destinations.filesystem(bucket_url=(scratch / "lake").as_uri()), scratch)
        return _run(files, data, backend, table)

    return prepare


def to_duckdb(backend: str, table: Table) -> Callable[[Data, Path], Work]:
    """Return the case of a backend: a PostgreSQL table to a DuckDB table."""

    def prepare(data: Data, scratch: Path) -> Work:
        import dlt

        warehouse = pipeline(dlt.destinations.duckdb(str(scratch / "warehouse.duckdb")), scratch)
        return _run(warehouse, data, backend, table)

    return prepare


def _run(into: Any, data: Data, backend: str, table: Table) -> Work:
    from dlt.sources.sql_database import sql_table

    def work() -> int:
        options = {"backend_kwargs": {"return_type": "arrow"}} if backend == "connectorx" else {}
        source = sql_table(
            data.url("postgresql+psycopg2"),
            table=table.name,
            schema=table.schema,
            backend=backend,
            chunk_size=ROWS_PER_CHUNK,
            **options,
        )
        into.run(source, loader_file_format="parquet", write_disposition="replace")
        return data.rows

    return work
