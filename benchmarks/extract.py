"""Extract orders from PostgreSQL to Parquet."""

from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.case import Case, Work
from benchmarks.data import Data
from benchmarks.dlt_here import extracting
from ecommerce_pipeline.schema.tables import transactions

QUERY = "SELECT * FROM ecommerce.transactions"


def ours(data: Data, scratch: Path) -> Work:
    """What lake/transactions does: one query, an object a day."""
    from benchmarks.shop import writing_lake
    from ecommerce_pipeline.resources.object_store import FolderStore

    return writing_lake(data, FolderStore(folder=str(scratch)))


def connectorx(data: Data, scratch: Path) -> Work:
    """ConnectorX by two connections, one a core, then pyarrow; as one file."""
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
    """`COPY TO STDOUT`, thrown away: PostgreSQL's own work."""

    def work() -> int:
        for _ in data.copied_out():
            pass
        return data.rows

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("dlt by connectorx", "peer", extracting("connectorx", transactions), rounds=3),
    Case("dlt by pyarrow", "peer", extracting("pyarrow", transactions), most_rows=1_000_000, rounds=3),
    Case("ConnectorX", "peer", connectorx),
    Case("pandas", "peer", pandas, most_rows=1_000_000, rounds=3),
    Case("COPY TO nowhere", "limit", limit),
)
