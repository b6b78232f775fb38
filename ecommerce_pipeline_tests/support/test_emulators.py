import io
import socket
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.cloud import bigquery, storage

from ecommerce_pipeline_tests.support import emulators
from ecommerce_pipeline_tests.support.emulators import BigQueryEmulator, StorageEmulator, storage_emulator


def test_a_load_job_reads_from_gs_what_the_storage_client_uploaded(
    bucket: storage.Bucket, bigquery_client: bigquery.Client
) -> None:
    rows = pa.table({"id": [1, 2, 3], "amount": pa.array(["0.10", "2.00", "3.50"]).cast(pa.decimal128(12, 2))})
    parquet = io.BytesIO()
    pq.write_table(rows, parquet)
    parquet.seek(0)
    bucket.blob("lake/orders/part-0.parquet").upload_from_file(parquet)

    dataset = bigquery_client.create_dataset("staging")
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        schema=[
            bigquery.SchemaField("id", "INT64", mode="REQUIRED"),
            bigquery.SchemaField("amount", "NUMERIC", precision=12, scale=2),
        ],
        write_disposition="WRITE_TRUNCATE",
    )
    uri = f"gs://{bucket.name}/lake/orders/part-0.parquet"
    job = bigquery_client.load_table_from_uri(uri, dataset.table("orders"), job_config=config)
    assert job.result().output_rows == 3
    found = bigquery_client.query("SELECT count(*) AS n, sum(amount) AS total FROM staging.orders").result()
    assert [(row.n, row.total) for row in found] == [(3, Decimal("5.60"))]


def test_each_test_has_its_own_project(bigquery_client: bigquery.Client) -> None:
    assert list(bigquery_client.list_datasets()) == []
    bigquery_client.create_dataset("staging")
    assert [dataset.dataset_id for dataset in bigquery_client.list_datasets()] == ["staging"]


def test_an_emulator_whose_port_is_in_use_is_started_on_another(
    tmp_path: Path, storage_server: StorageEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it keeps running without serving anything, and a test uses the buckets of another."""
    used = int(storage_server.endpoint.rsplit(":", 1)[1])
    free = emulators.free_ports(1)
    proposed = iter([[used], free])
    monkeypatch.setattr(emulators, "free_ports", lambda _: next(proposed))
    monkeypatch.setattr(emulators, "START_SECONDS", 2)
    with storage_emulator(tmp_path / "second") as second:
        assert second.endpoint == f"http://127.0.0.1:{free[0]}"


def test_the_storage_api_listens_too(bigquery_server: BigQueryEmulator) -> None:
    host, port = bigquery_server.storage_api.split(":")
    with socket.create_connection((host, int(port)), timeout=5):
        pass
