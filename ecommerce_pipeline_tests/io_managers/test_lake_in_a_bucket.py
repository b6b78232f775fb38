"""The lake IO manager over a bucket; `test_lake` tests the same manager over a folder in more detail."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dagster import AssetIn, AssetKey, AssetsDefinition, BackfillPolicy, DailyPartitionsDefinition, asset, materialize
from google.cloud import storage

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import RANGE_END_TAG, RANGE_START_TAG
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.lake.objects import AT_ONCE, LakeObjects
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
from ecommerce_pipeline_tests.support.emulators import StorageEmulator
from ecommerce_pipeline_tests.support.faults import Fault, Proxy, status
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

DAYS = DailyPartitionsDefinition("2026-03-01")
KEY = AssetKey(["lake", "transaction_items"])
SCHEMA = staged_lines([]).schema


def write(store: GcsStore, rows: object, first: str, last: str) -> None:
    @asset(key=KEY, partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run())
    def transaction_items() -> object:
        return rows

    tags = {RANGE_START_TAG: first, RANGE_END_TAG: last}
    assert materialize([transaction_items], resources={"io_manager": LakeIOManager(store=store)}, tags=tags).success


def read(store: GcsStore, first: str, last: str, annotation: type, **metadata: object) -> object:
    """Return the input of an asset whose argument has this annotation."""
    seen: list[object] = []

    def reader(rows: object) -> None:
        seen.append(rows)

    reader.__annotations__["rows"] = annotation
    reading: AssetsDefinition = asset(
        ins={"rows": AssetIn(KEY, metadata=metadata)},
        partitions_def=DAYS,
        backfill_policy=BackfillPolicy.single_run(),
        io_manager_key="nowhere",
    )(reader)
    resources = {"io_manager": LakeIOManager(store=store), "nowhere": LakeIOManager(store=store)}
    tags = {RANGE_START_TAG: first, RANGE_END_TAG: last}
    assert materialize([upstream(), reading], selection=[reading.key], resources=resources, tags=tags).success
    return seen[0]


def upstream() -> AssetsDefinition:
    @asset(key=KEY, partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run())
    def transaction_items() -> None: ...

    return transaction_items


def test_a_range_in_one_run_writes_one_object_per_day_and_an_empty_day_keeps_the_schema(
    gcs_store: GcsStore, bucket: storage.Bucket, storage_server: StorageEmulator
) -> None:
    rows = staged_lines(instants("2026-03-01", 5) + instants("2026-03-03", 3))
    write(gcs_store, rows.to_reader(2), "2026-03-01", "2026-03-03")
    names = [f"lake/transaction_items/date=2026-03-0{day}/part-0.parquet" for day in (1, 2, 3)]
    assert [blob.name for blob in bucket.list_blobs()] == names
    files = [storage_server.root / bucket.name / name for name in names]
    assert [pq.read_metadata(file).num_rows for file in files] == [5, 0, 3]
    assert pq.read_schema(files[1]) == SCHEMA


def test_rerunning_a_day_replaces_it_and_leaves_its_neighbours_alone(
    gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    write(gcs_store, staged_lines([each for day in days for each in instants(day, 4)]), days[0], days[2])
    before = {blob.name: blob.generation for blob in bucket.list_blobs()}
    write(gcs_store, staged_lines(instants(days[1], 2)), days[1], days[1])
    after = {blob.name: blob.generation for blob in bucket.list_blobs()}
    assert {name for name in after if before.get(name) != after[name]} == {
        "lake/transaction_items/date=2026-03-02/part-0.parquet"
    }
    assert before.keys() == after.keys()
    objects = read(gcs_store, days[0], days[2], LakeObjects)
    assert [each.rows for each in objects.objects] == [4, 2, 4]


def test_an_extraction_that_breaks_off_leaves_the_old_object(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    write(gcs_store, staged_lines(instants("2026-03-01", 4)), "2026-03-01", "2026-03-01")
    before = {blob.name: blob.generation for blob in bucket.list_blobs()}

    def batches() -> Iterator[pa.RecordBatch]:
        yield from staged_lines(instants("2026-03-01", 2)).to_batches()
        raise PlatformError("PostgreSQL is gone")

    with pytest.raises(PlatformError, match="PostgreSQL is gone"):
        write(gcs_store, pa.RecordBatchReader.from_batches(SCHEMA, batches()), "2026-03-01", "2026-03-01")
    assert {blob.name: blob.generation for blob in bucket.list_blobs()} == before


@pytest.mark.parametrize("days", [1, 2 + AT_ONCE], ids=["the last day", "an earlier day"])
def test_an_upload_that_fails_at_its_end_fails_the_run_and_leaves_the_old_object(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket, days: int
) -> None:
    """Uploads end while the next ones are written; a lost error would leave the old rows in a run that succeeded."""
    keys = [f"2026-03-{day:02}" for day in range(1, days + 1)]
    write(gcs_store, staged_lines([instant for key in keys for instant in instants(key, 4)]), keys[0], keys[-1])
    storage_proxy.add(Fault(status(403, "no such permission"), "PUT", "upload_id="))
    with pytest.raises(PlatformError, match=r"cannot be written: .*no such permission"):
        write(gcs_store, staged_lines([instant for key in keys for instant in instants(key, 2)]), keys[0], keys[-1])
    assert storage_proxy.all_happened
    assert 4 in [each.rows for each in LakeIOManager(store=gcs_store).find("transaction_items", keys).objects]


def test_an_input_is_loaded_as_its_annotation_asks(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    first, last = "2026-03-01", "2026-03-02"
    rows = staged_lines(instants(first, 3) + instants(last, 2))
    write(gcs_store, rows, first, last)
    objects = read(gcs_store, first, last, LakeObjects)
    assert isinstance(objects, LakeObjects)
    assert objects.uris == [
        f"gs://{bucket.name}/lake/transaction_items/date=2026-03-0{day}/part-0.parquet" for day in (1, 2)
    ]
    assert objects.bytes == sum(blob.size for blob in bucket.list_blobs())
    assert read(gcs_store, first, last, pa.Table).equals(rows)
    pd.testing.assert_frame_equal(read(gcs_store, first, last, pd.DataFrame), rows.to_pandas())


def test_only_the_requested_columns_are_fetched(
    storage_proxy: Proxy, gcs_store: GcsStore, bucket: storage.Bucket
) -> None:
    count = 60_000
    noise = np.random.default_rng(1).integers(1, 2**60, count)
    rows = staged_lines(instants("2026-03-01", count)).set_column(1, SCHEMA.field(1), pa.array(noise))
    rows = rows.set_column(0, SCHEMA.field(0), pa.array(noise[::-1]))
    write(gcs_store, rows, "2026-03-01", "2026-03-01")
    size = next(iter(bucket.list_blobs())).size
    before = storage_proxy.bytes_answered
    quantity = read(gcs_store, "2026-03-01", "2026-03-01", pa.Table, columns=["quantity"])
    fetched = storage_proxy.bytes_answered - before
    assert quantity.equals(rows.select(["quantity"]))
    assert size > 1_000_000
    assert fetched < size / 2


def test_a_missing_column_is_named(gcs_store: GcsStore) -> None:
    write(gcs_store, staged_lines(instants("2026-03-01", 1)), "2026-03-01", "2026-03-01")
    with pytest.raises(PlatformError, match="lake/transaction_items has no column colour: it has transaction_item_id,"):
        read(gcs_store, "2026-03-01", "2026-03-01", pa.Table, columns=["colour"])


def test_a_missing_object_is_named_with_bucket_day_and_remedy(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    with pytest.raises(PlatformError) as caught:
        LakeIOManager(store=gcs_store).find("transaction_items", ["2026-03-01"])
    assert str(caught.value) == (
        f"lake/transaction_items of 2026-03-01 has no object at gs://{bucket.name}/lake/transaction_items/"
        "date=2026-03-01/part-0.parquet: materialize lake/transaction_items of 2026-03-01 first"
    )


def test_a_truncated_object_is_called_corrupt(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    write(gcs_store, staged_lines(instants("2026-03-01", 4)), "2026-03-01", "2026-03-01")
    blob = next(iter(bucket.list_blobs()))
    blob.upload_from_string(blob.download_as_bytes()[:-20])
    with pytest.raises(PlatformError, match=r"part-0.parquet is corrupt .* materialize lake/transaction_items"):
        LakeIOManager(store=gcs_store).find("transaction_items", ["2026-03-01"])


def test_a_writer_that_is_killed_leaves_the_old_object(gcs_store: GcsStore, bucket: storage.Bucket) -> None:
    write(gcs_store, staged_lines(instants("2026-03-01", 4)), "2026-03-01", "2026-03-01")
    before = {blob.name: blob.generation for blob in bucket.list_blobs()}
    program = f"""
import os, signal
from dagster_gcp import GCSResource
from ecommerce_pipeline.resources.object_store.gcs import GcsStore
store = GcsStore(gcs=GCSResource(project={gcs_store.gcs.project!r}), bucket={bucket.name!r}, prefix="lake")
with store.writing("transaction_items/date=2026-03-01/part-0.parquet") as file:
    file.write(b"x" * 20_000_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert {blob.name: blob.generation for blob in bucket.list_blobs()} == before
