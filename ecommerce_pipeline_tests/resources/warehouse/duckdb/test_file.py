"""Opening the warehouse's file while others use it, when it is damaged, and when it is not there."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.errors import NotBuiltError, PlatformError
from ecommerce_pipeline.resources.warehouse.duckdb.file import open_file
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline_tests.support.shortages import Reader

NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE texts AS SELECT md5(range::VARCHAR) AS text FROM range(20000)")
    return path


def opened(file: Path, *, read_only: bool = False) -> list[tuple[int]]:
    """Open the file, and return the number of rows in it."""
    with DuckDBWarehouse(path=str(file)).connect(read_only=read_only) as connection:
        connection.execute("SELECT max(text) FROM texts")
        return connection.execute("SELECT count(*) FROM texts").fetchall()


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Run the block without root's privilege to ignore permissions."""
    user = os.geteuid()
    os.seteuid(user or NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_writer_waits_for_a_reader_and_says_for_whom(file: Path) -> None:
    reports: list[str] = []
    with closing(Reader(file)) as reader:

        def report(message: str) -> None:
            reports.append(message)
            reader.close()

        open_file(file, report, read_only=True).close()
        assert reports == []
        open_file(file, report, read_only=False).close()
    [report_] = reports
    assert report_.startswith(f"waiting for {file}, which is locked by process {reader.pid} (")
    assert report_.endswith("waited 0 s")


def test_a_wait_that_takes_too_long_names_the_holder(file: Path) -> None:
    with (
        closing(Reader(file)) as reader,
        pytest.raises(PlatformError, match=f"{file} is still locked after 0 s by process {reader.pid} .*close that"),
    ):
        open_file(file, pytest.fail, read_only=False, limit=0)


@pytest.mark.parametrize("place", [20, 8200, 12300, -100_000])
def test_a_damaged_file_is_said_to_be_damaged_at_once_whatever_its_bytes_spell(file: Path, place: int) -> None:
    """Bytes that spell "lock" counted as a lock, which was waited for; the remedy was to delete all data."""
    content = bytearray(file.read_bytes())
    position = place % len(content)
    content[position : position + 8] = b"b*lock*!"
    file.write_bytes(content)
    with pytest.raises(PlatformError) as caught:
        opened(file)
    assert f"the warehouse {file} is damaged (" in str(caught.value)
    assert "`ecommerce-pipeline rebuild-warehouse` builds it again from the lake" in str(caught.value)


def test_a_file_that_this_user_must_not_open_is_not_damaged(file: Path) -> None:
    file.chmod(0o400)
    with (
        pytest.raises(PlatformError, match=r"cannot be opened \(Permission denied\): make the file and its folder"),
        ordinary_user(),
    ):
        opened(file)
    folder = file.with_name("folder.duckdb")
    folder.mkdir()
    with pytest.raises(PlatformError, match=rf"{folder} cannot be a file \(Is a directory\): move away"):
        opened(folder)


def test_an_empty_file_that_a_full_disk_left_is_no_warehouse_yet(file: Path) -> None:
    file.write_bytes(b"")
    with pytest.raises(NotBuiltError, match="does not exist yet"):
        opened(file, read_only=True)
    with DuckDBWarehouse(path=str(file)).connect() as connection:
        connection.execute("CREATE TABLE texts AS SELECT 'new' AS text")
    assert opened(file, read_only=True) == [(1,)]


def test_reading_creates_neither_the_file_nor_its_folder(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "warehouse.duckdb"
    with pytest.raises(NotBuiltError, match=f"the warehouse {missing} does not exist yet: `ecommerce-pipeline run`"):
        opened(missing, read_only=True)
    assert list(tmp_path.iterdir()) == []
