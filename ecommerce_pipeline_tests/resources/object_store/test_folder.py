from pathlib import Path

import pytest

from ecommerce_pipeline.errors import PlatformError, TransientError
from ecommerce_pipeline.lake.objects import find_object
from ecommerce_pipeline.resources.object_store.folder import FolderStore
from ecommerce_pipeline_tests.support.shortages import file_size_limit

OBJECT = "sessions/part-0.parquet"


def write(store: FolderStore, content: bytes) -> None:
    with store.writing(OBJECT) as file:
        file.write(content)


def test_a_full_disk_is_an_error_that_names_the_object_and_keeps_the_old_one(tmp_path: Path) -> None:
    store = FolderStore(folder=str(tmp_path))
    write(store, b"old")
    with pytest.raises(TransientError) as caught, file_size_limit(2**16):
        write(store, bytes(2**20))
    assert f"no space left for {tmp_path / OBJECT} (File too large, " in str(caught.value)
    assert "set DATA_DIR to a folder on a larger disk" in str(caught.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / OBJECT]
    with store.reading(OBJECT) as file:
        assert file.read() == b"old"


def test_an_object_that_cannot_be_read_is_not_said_to_be_corrupt(tmp_path: Path) -> None:
    (tmp_path / OBJECT).mkdir(parents=True)
    with pytest.raises(
        PlatformError, match=r"part-0\.parquet cannot be read \(Is a directory\): move away what is there"
    ):
        find_object(FolderStore(folder=str(tmp_path)), "sessions", None)


def test_a_lake_that_is_a_file_is_named_and_does_not_look_empty(tmp_path: Path) -> None:
    """`status` showed no rows, and a run ended with a bare NotADirectoryError."""
    (tmp_path / "lake").write_text("not a folder")
    store = FolderStore(folder=str(tmp_path / "lake"))
    with pytest.raises(PlatformError, match=r"lake cannot be read \(Not a directory\): move away what is there"):
        store.sizes()
    with pytest.raises(PlatformError, match=r"cannot be read \(Not a directory\): move away what is there"):
        store.reading(OBJECT)
    with pytest.raises(PlatformError, match=r"cannot be written \(.+\): move away what is there"):
        write(store, b"rows")
