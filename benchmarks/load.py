"""Load orders from a Parquet file into PostgreSQL, into a table with key and index."""

from pathlib import Path

from benchmarks.case import Case, Work
from benchmarks.data import LOADED, Data

ROWS_PER_CALL = 10_000


def ours(data: Data, _scratch: Path) -> Work:
    """The work of source/transactions: write rows by key in one transaction."""
    import adbc_driver_postgresql.dbapi  # noqa: F401 - the platform imports it lazily

    from benchmarks.shop import database, no_deletions, source_rows

    data.empty_loaded()
    server, rows, days = database(data), source_rows(data), data.days
    return lambda: server.write(LOADED, rows, no_deletions, days)


def pandas(data: Data, _scratch: Path) -> Work:
    """`DataFrame.to_sql`, with the fastest number of rows per call."""
    import pandas as pd
    from sqlalchemy import create_engine

    data.empty_loaded()
    engine = create_engine(data.url("postgresql+psycopg2"))
    options = {"schema": LOADED.schema, "if_exists": "append", "index": False, "chunksize": ROWS_PER_CALL}

    columns = [column.name for column in LOADED.columns]

    def work() -> int:
        frame = pd.read_parquet(data.ready, columns=columns)
        frame.to_sql(LOADED.name, engine, **options)
        return len(frame)

    return work


def executemany(data: Data, _scratch: Path) -> Work:
    """SQLAlchemy's insert of many rows, which it batches into multi-row statements."""
    from sqlalchemy import create_engine, insert

    data.empty_loaded()
    engine = create_engine(data.url("postgresql+psycopg2"))

    def work() -> int:
        rows = 0
        with engine.begin() as connection:
            for batch in data.batches():
                connection.execute(insert(LOADED), batch.select(LOADED.columns.keys()).to_pylist())
                rows += batch.num_rows
        return rows

    return work


def limit(data: Data, _scratch: Path) -> Work:
    """`COPY FROM` of a ready file: PostgreSQL's own work, with nothing to convert."""
    data.empty_loaded()

    def work() -> int:
        into = f"COPY {LOADED.schema}.{LOADED.name} FROM STDIN (FORMAT binary)"
        with data.connect() as connection, connection.cursor() as cursor, data.copied.open("rb") as file:
            with cursor.copy(into) as copy:
                while block := file.read(1 << 18):
                    copy.write(block)
            return cursor.rowcount

    return work


CASES = (
    Case("ours", "ours", ours),
    Case("pandas.to_sql", "peer", pandas, most_rows=100_000),
    Case("SQLAlchemy executemany", "peer", executemany, most_rows=100_000),
    Case("COPY FROM a ready file", "limit", limit),
)
