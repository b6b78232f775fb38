"""Load the orders of some days from Parquet into a DuckDB table that already has them: a replace."""

from pathlib import Path
from typing import Any

from sqlalchemy import Numeric

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.dlt_pipelines import pipeline
from ecommerce_pipeline.schema.duckdb import create_table
from ecommerce_pipeline.schema.tables import BUSINESS_DATE, STAGING, transactions


def ours(data: Data, scratch: Path) -> Work:
    """The work of staging/transactions: the warehouse replaces the days from the lake's objects."""
    from benchmarks.shop import lake
    from ecommerce_pipeline.resources.warehouse import Writer
    from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse

    objects, warehouse = lake(data), DuckDBWarehouse(path=str(scratch / "warehouse.duckdb"))
    writer = Writer("staging/transactions", "bench")

    def work() -> int:
        warehouse.replace(
            STAGING[transactions.name], "staging", objects.uris, objects.rows, days=data.days, writer=writer
        )
        return objects.rows

    work()
    return work


def dlt(data: Data, scratch: Path) -> Work:
    """Replace the whole table from Arrow tables, the fastest way of dlt."""
    import dlt as library

    warehouse = pipeline(library.destinations.duckdb(str(scratch / "warehouse.duckdb")), scratch)

    def work() -> int:
        @library.resource(name=transactions.name, write_disposition="replace")
        def rows() -> Any:
            yield from data.batches()

        warehouse.run(rows, loader_file_format="parquet")
        return data.rows

    work()
    return work


def io_manager(data: Data, scratch: Path) -> Work:
    """Dagster's own IO manager for pandas: it deletes the days and inserts the data frame."""
    import pandas as pd
    from dagster import DailyPartitionsDefinition, PartitionKeyRange, build_output_context
    from dagster_duckdb_pandas import DuckDBPandasIOManager

    manager = DuckDBPandasIOManager(database=str(scratch / "warehouse.duckdb")).create_io_manager(None)
    days = PartitionKeyRange(data.keys[0], data.keys[-1])
    amounts = [column.name for column in transactions.columns if isinstance(column.type, Numeric)]

    def work() -> int:
        # DuckDB infers the precision of a Decimal column from a sample, and rejects rows that exceed it.
        frame = pd.read_parquet(data.ready).astype(dict.fromkeys(amounts, float))
        context = build_output_context(
            asset_key=["staging", transactions.name],
            asset_partitions_def=DailyPartitionsDefinition(data.keys[0]),
            asset_partition_key_range=days,
            definition_metadata={"partition_expr": BUSINESS_DATE},
            resources={"io_manager": manager},
            resource_config={"database": str(scratch / "warehouse.duckdb"), "connection_config": {}},
        )
        manager.handle_output(context, frame)
        return len(frame)

    work()
    return work


def limit(data: Data, scratch: Path) -> Work:
    """`COPY FROM` Parquet into an empty table, in any row order."""
    import duckdb

    connection = duckdb.connect(scratch / "warehouse.duckdb", config={"preserve_insertion_order": False})
    connection.execute("CREATE SCHEMA staging")
    connection.execute(create_table(STAGING[transactions.name], "staging"))

    def work() -> int:
        [(rows,)] = connection.execute(f"COPY staging.transactions FROM '{data.ready}' (FORMAT parquet)").fetchall()
        connection.close()
        return int(rows)

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("dlt", "peer", dlt),
    Case("dagster-duckdb pandas", "peer", io_manager, most_rows=1_000_000, rounds=3),
    Case("COPY FROM Parquet", "limit", limit),
)
