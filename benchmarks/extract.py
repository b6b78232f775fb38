"""Extract orders from PostgreSQL to Parquet."""

from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.dlt_pipelines import extracting
from ecommerce_pipeline.partitions import ONE_DAY
from ecommerce_pipeline.schema.tables import transactions

QUERY = "SELECT * FROM ecommerce.transactions"


def ours(data: Data, scratch: Path) -> Work:
    """The work of lake/transactions: one query, one object per day."""
    from benchmarks.shop import reading, writing_lake
    from ecommerce_pipeline.resources.object_store.folder import FolderStore

    return writing_lake(data, FolderStore(folder=str(scratch)), reading(data))


def only_querying(data: Data, _scratch: Path) -> Work:
    """The server's part of ours: the rows of the days in order of time, discarded."""
    days = f"created_at >= '{data.days.first}' AND created_at < '{data.days.last + ONE_DAY}'"
    query = f"({QUERY} WHERE {days} ORDER BY created_at, transaction_id)"

    def work() -> int:
        for _ in data.copied_out(query):
            pass
        return data.rows

    return work


def only_reading(data: Data, _scratch: Path) -> Work:
    """Ours without the lake: the same query, decoded to Arrow and discarded."""
    from benchmarks.shop import reading

    rows = reading(data)
    return lambda: sum(batch.num_rows for batch in rows())


def only_writing(data: Data, scratch: Path) -> Work:
    """Ours with rows already in memory: one object per day."""
    from benchmarks.shop import writing_lake
    from ecommerce_pipeline.resources.object_store.folder import FolderStore

    rows = pq.read_table(data.ready)
    return writing_lake(data, FolderStore(folder=str(scratch)), rows.to_reader)


def connectorx(data: Data, scratch: Path) -> Work:
    """ConnectorX with two connections, one per core, then pyarrow; one file."""
    import connectorx as cx

    def work() -> int:
        table = cx.read_sql(
            data.url(), QUERY, return_type="arrow", partition_on="transaction_id", partition_num=2, protocol="binary"
        )
        pq.write_table(table, scratch / "transactions.parquet")
        return int(table.num_rows)

    return work


def pandas(data: Data, scratch: Path) -> Work:
    """`pandas.read_sql`, then `to_parquet`."""
    import pandas as pd
    from sqlalchemy import create_engine

    engine = create_engine(data.url("postgresql+psycopg2"))

    def work() -> int:
        frame = pd.read_sql(QUERY, engine)
        frame.to_parquet(scratch / "transactions.parquet")
        return len(frame)

    return work


def limit(data: Data, _scratch: Path) -> Work:
    """`COPY TO STDOUT`, discarded: PostgreSQL's own work."""

    def work() -> int:
        for _ in data.copied_out():
            pass
        return data.rows

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("ours: query only", "part", only_querying, most_rows=1_000_000),
    Case("ours: reading only", "part", only_reading, most_rows=1_000_000),
    Case("ours: writing only", "part", only_writing, most_rows=1_000_000),
    Case("dlt by connectorx", "peer", extracting("connectorx", transactions), rounds=3),
    Case("dlt by pyarrow", "peer", extracting("pyarrow", transactions), most_rows=1_000_000, rounds=3),
    Case("ConnectorX", "peer", connectorx),
    Case("pandas", "peer", pandas, most_rows=1_000_000, rounds=3),
    Case("COPY TO nowhere", "limit", limit),
)
