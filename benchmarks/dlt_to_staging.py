"""A shop's tables into DuckDB by dlt, as a script of its own: `python -m benchmarks.dlt_to_staging QUERIES WAREHOUSE`.

It imports nothing of the platform. The staging tables exist, as they do on all days but the first.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt
from dlt.sources.sql_database import sql_table
from sqlalchemy import create_engine, text

BACKEND: Final = "pyarrow"
"""connectorx takes as long here, where most tables are small, and longer in `benchmarks.tools`."""
ROWS_PER_CHUNK: Final = 100_000


def main(address: str, queries: dict[str, str], warehouse: Path) -> None:
    """Replace the rows of each staging table by those of its query."""
    engine = create_engine(address)

    def table(name: str, query: str) -> Any:
        return sql_table(
            engine,
            table=name,
            schema="ecommerce",
            backend=BACKEND,
            chunk_size=ROWS_PER_CHUNK,
            query_adapter_callback=lambda _select, _table: text(query),
        )

    load = dlt.pipeline(
        "shop",
        pipelines_dir=str(warehouse.parent / "dlt"),
        destination=dlt.destinations.duckdb(str(warehouse)),
        dataset_name="staging",
    )
    tables = [table(name, query) for name, query in queries.items()]
    load.run(tables, loader_file_format="parquet", write_disposition="replace")


if __name__ == "__main__":
    main(**json.loads(Path(sys.argv[1]).read_text()), warehouse=Path(sys.argv[2]))
