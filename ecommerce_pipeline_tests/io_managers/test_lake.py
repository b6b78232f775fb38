import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dagster import AssetKey, AssetsDefinition, BackfillPolicy, DailyPartitionsDefinition, asset, materialize

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.instance.run_tags import RANGE_END_TAG, RANGE_START_TAG
from ecommerce_pipeline.io_managers.lake import LakeIOManager
from ecommerce_pipeline.lake.objects import LakeObjects
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline_tests.support.rows import instants, staged_lines

DAYS = DailyPartitionsDefinition("2026-03-01")
KEY = AssetKey(["lake", "transaction_items"])
SCHEMA = staged_lines([]).schema


def lake(folder: Path) -> dict[str, object]:
    return {"io_manager": LakeIOManager(store=FolderStore(folder=str(folder)))}


def returning(rows: object) -> AssetsDefinition:
    @asset(key=KEY, partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run())
    def transaction_items() -> object:
        return rows

    return transaction_items


def write(folder: Path, rows: object, first: str, last: str) -> None:
    tags = {RANGE_START_TAG: first, RANGE_END_TAG: last}
    assert materialize([returning(rows)], resources=lake(folder), tags=tags).success


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_range_in_one_run_writes_one_object_per_day_and_an_empty_day_keeps_the_schema(tmp_path: Path) -> None:
    rows = staged_lines(instants("2026-03-01", 5) + instants("2026-03-03", 3))
    write(tmp_path, rows.to_reader(2), "2026-03-01", "2026-03-04")
    counts = {path: pq.read_metadata(tmp_path / path).num_rows for path in sorted(files(tmp_path))}
    assert counts == {
        "transaction_items/date=2026-03-01/part-0.parquet": 5,
        "transaction_items/date=2026-03-02/part-0.parquet": 0,
        "transaction_items/date=2026-03-03/part-0.parquet": 3,
        "transaction_items/date=2026-03-04/part-0.parquet": 0,
    }
    assert pq.read_schema(tmp_path / "transaction_items/date=2026-03-02/part-0.parquet") == SCHEMA


def test_rerunning_a_day_replaces_it_and_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    rows = staged_lines(instants("2026-03-01", 4) + instants("2026-03-02", 4) + instants("2026-03-03", 4))
    write(tmp_path, rows, "2026-03-01", "2026-03-03")
    before = files(tmp_path)
    write(tmp_path, staged_lines(instants("2026-03-02", 2)), "2026-03-02", "2026-03-02")
    after = files(tmp_path)
    middle = "transaction_items/date=2026-03-02/part-0.parquet"
    assert pq.read_metadata(tmp_path / middle).num_rows == 2
    assert {path for path in before if before[path] != after[path]} == {middle}
    assert before.keys() == after.keys()


@pytest.mark.parametrize("kind", ["reader", "table", "frame"])
def test_rows_are_read_exactly_as_written_from_every_input_type(tmp_path: Path, kind: str) -> None:
    rows = staged_lines(instants("2026-03-01", 3) + instants("2026-03-02", 3), price="0.10")
    given = {"reader": rows.to_reader(2), "table": rows, "frame": rows.to_pandas()}[kind]
    write(tmp_path, given, "2026-03-01", "2026-03-02")
    read = [pq.read_table(tmp_path / path) for path in sorted(files(tmp_path))]
    assert pa.concat_tables(read).equals(rows)


@pytest.mark.parametrize("kind", ["table", "frame"])
def test_rows_handed_over_in_any_order_are_written_to_the_objects_of_their_days(tmp_path: Path, kind: str) -> None:
    rows = staged_lines(instants("2026-03-01", 3) + instants("2026-03-02", 3))
    shuffled = rows.take([4, 2, 0, 5, 3, 1])
    write(tmp_path, {"table": shuffled, "frame": shuffled.to_pandas()}[kind], "2026-03-01", "2026-03-02")
    written = [pq.read_table(tmp_path / path).sort_by("transaction_item_id") for path in sorted(files(tmp_path))]
    assert pa.concat_tables(written).equals(rows)
    write(tmp_path, shuffled.slice(1, 2), "2026-03-01", "2026-03-01")
    one_day = pq.read_table(tmp_path / "transaction_items/date=2026-03-01/part-0.parquet")
    assert sorted(one_day["transaction_item_id"].to_pylist()) == [1, 3]


def test_an_input_is_loaded_as_its_annotation_asks(tmp_path: Path) -> None:
    rows = staged_lines(instants("2026-03-01", 3) + instants("2026-03-02", 2))
    write(tmp_path, rows, "2026-03-01", "2026-03-02")
    seen: dict[str, object] = {}

    @asset(partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run(), ins={}, io_manager_key="nowhere")
    def references(transaction_items: LakeObjects) -> None:
        seen["references"] = transaction_items

    @asset(partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run(), io_manager_key="nowhere")
    def table(transaction_items: pa.Table) -> None:
        seen["table"] = transaction_items

    @asset(partitions_def=DAYS, backfill_policy=BackfillPolicy.single_run(), io_manager_key="nowhere")
    def frame(transaction_items: pd.DataFrame) -> None:
        seen["frame"] = transaction_items

    upstream = returning(None)
    downstream = [
        definition.with_attributes(asset_key_replacements={AssetKey("transaction_items"): KEY})
        for definition in (references, table, frame)
    ]
    result = materialize(
        [upstream, *downstream],
        selection=[definition.key for definition in downstream],
        resources=lake(tmp_path) | {"nowhere": LakeIOManager(store=FolderStore(folder=str(tmp_path / "nowhere")))},
        tags={RANGE_START_TAG: "2026-03-01", RANGE_END_TAG: "2026-03-02"},
    )
    assert result.success
    objects = seen["references"]
    assert isinstance(objects, LakeObjects)
    assert [(found.partition, found.rows) for found in objects.objects] == [("2026-03-01", 3), ("2026-03-02", 2)]
    assert seen["table"].equals(rows)
    pd.testing.assert_frame_equal(seen["frame"], rows.to_pandas())


def test_a_row_of_another_day_is_refused_and_its_object_does_not_appear(tmp_path: Path) -> None:
    rows = staged_lines([*instants("2026-03-01", 2), *instants("2026-03-05", 1)])
    with pytest.raises(PlatformError, match=r"2026-03-05 .* partitions 2026-03-01 to 2026-03-02"):
        write(tmp_path, rows, "2026-03-01", "2026-03-02")
    early = staged_lines(instants("2026-02-27", 1))
    with pytest.raises(PlatformError, match="a row of 2026-02-27 is not in the partitions 2026-03-01"):
        write(tmp_path / "early", early, "2026-03-01", "2026-03-01")
    assert files(tmp_path / "early") == {}


def test_an_extraction_that_breaks_off_leaves_the_old_object_and_no_temporary_file(tmp_path: Path) -> None:
    write(tmp_path, staged_lines(instants("2026-03-01", 4)), "2026-03-01", "2026-03-01")
    before = files(tmp_path)

    def batches() -> object:
        yield from staged_lines(instants("2026-03-01", 2)).to_batches()
        raise PlatformError("PostgreSQL is gone")

    with pytest.raises(PlatformError, match="PostgreSQL is gone"):
        write(tmp_path, pa.RecordBatchReader.from_batches(SCHEMA, batches()), "2026-03-01", "2026-03-01")
    assert files(tmp_path) == before


def test_a_missing_object_is_named_with_its_path_and_the_remedy(tmp_path: Path) -> None:
    manager = LakeIOManager(store=FolderStore(folder=str(tmp_path)))
    with pytest.raises(PlatformError) as caught:
        manager.find("transaction_items", ["2026-03-01"])
    path = tmp_path / "transaction_items/date=2026-03-01/part-0.parquet"
    assert str(caught.value) == (
        f"lake/transaction_items of 2026-03-01 has no object at {path}: "
        "materialize lake/transaction_items of 2026-03-01 first"
    )


def test_a_truncated_object_is_called_corrupt(tmp_path: Path) -> None:
    write(tmp_path, staged_lines(instants("2026-03-01", 4)), "2026-03-01", "2026-03-01")
    path = tmp_path / "transaction_items/date=2026-03-01/part-0.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    manager = LakeIOManager(store=FolderStore(folder=str(tmp_path)))
    with pytest.raises(PlatformError, match=f"the object {path} is corrupt .* materialize lake/transaction_items"):
        manager.find("transaction_items", ["2026-03-01"])


def test_other_values_than_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="lake/transaction_items returned int"):
        write(tmp_path, 7, "2026-03-01", "2026-03-01")


WRITER = """
import sys
from ecommerce_pipeline.resources.object_store.folder import FolderStore
with FolderStore(folder=sys.argv[1]).writing("object") as file:
    file.write(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_files_of_a_killed_writer_are_removed_and_those_of_a_running_one_stay(tmp_path: Path) -> None:
    """A writer in another container was taken for killed: its process id is unknown here."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
    killed, running = writers
    killed.kill()
    killed.wait()
    incoming = tmp_path / ".incoming"
    (incoming / f"{running.pid}-of-an-earlier-version").write_bytes(b"half")
    write(tmp_path, staged_lines(instants("2026-03-01", 2)), "2026-03-01", "2026-03-01")
    [kept] = incoming.iterdir()
    assert not any(str(writer.pid) in kept.name for writer in writers)
    running.communicate()
    assert running.returncode == 0
    assert (tmp_path / "object").read_bytes() == b"half"
    assert list(incoming.iterdir()) == []
