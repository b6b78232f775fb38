"""Servers for the resources: the embedded PostgreSQL with empty tables, and BigQuery's emulator."""

import io
from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.cloud import bigquery, storage

from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.postgres.resource import PostgresResource
from ecommerce_pipeline.resources.warehouse import Writer
from ecommerce_pipeline.resources.warehouse.bigquery.warehouse import BigQueryWarehouse
from ecommerce_pipeline.schema.tables import STAGING, TABLES

LINES = STAGING["transaction_items"]

Load = Callable[[pa.Table, Sequence[str]], None]
"""Replaces the rows of days or ranges of days; the rows are written to one object."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresResource]:
    database = PostgresResource(embedded_dir=str(tmp_path_factory.mktemp("postgres")))
    database.create_tables(list(TABLES.values()))
    yield database
    embedded = database.embedded()
    assert embedded is not None
    embedded.destroy()


@pytest.fixture
def owner(server: PostgresResource) -> PostgresResource:
    """Return the database with the rights of its owner, and empty tables."""
    with server.connect() as connection:
        for table in (*TABLES, "deleted_rows"):
            connection.execute(f"DELETE FROM ecommerce.{table}".encode())
    return server


@pytest.fixture
def warehouse(project: str, bigquery_client: bigquery.Client) -> BigQueryWarehouse:
    return BigQueryWarehouse(project=project, location="US", datasets={"staging": "shop_staging"})


@pytest.fixture
def load(warehouse: BigQueryWarehouse, bucket: storage.Bucket) -> Load:
    loads: list[Sequence[str]] = []

    def put(rows: pa.Table, days: Sequence[str]) -> None:
        parquet = io.BytesIO()
        pq.write_table(rows, parquet)
        path = f"transaction_items/date={days[0][:10]}/part-0.parquet"
        bucket.blob(path).upload_from_string(parquet.getvalue())
        loads.append(days)
        warehouse.replace(
            LINES,
            "staging",
            [f"gs://{bucket.name}/{path}"],
            rows.num_rows,
            days=Days.parse(", ".join(days)),
            writer=Writer("staging/transaction_items", f"run{len(loads)}"),
        )

    return put


def keys(warehouse: BigQueryWarehouse, day: str) -> list[int]:
    """Return the keys of the order lines of a day, sorted."""
    rows = warehouse.read(LINES, "staging", Days.of_keys(day, day), ["transaction_item_id"])
    return sorted(rows["transaction_item_id"].to_pylist())
