"""Full disks and short memory are recognized by the types and numbers of errors."""

import sqlite3
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.errors import PlatformError, TransientError, shortage
from ecommerce_pipeline_tests.support.shortages import FULL_DISK, file_size_limit


def caused(cause: BaseException) -> Exception:
    """Return an error that another one caused, as SQLAlchemy and Dagster wrap them."""
    try:
        raise RuntimeError("wrapped") from cause
    except RuntimeError as error:
        return error


def test_a_full_disk_is_named_with_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="space") as caught, FULL_DISK.open("wb", buffering=0) as full:
        full.write(b"x")
    assert str(shortage(caused(caught.value))).startswith("no space left for a file (No space left on device): delete")
    with pytest.raises(OSError, match="large") as caught, file_size_limit(1000):
        (tmp_path / "large").write_bytes(bytes(2000))
    assert "File too large" in str(shortage(caught.value))
    with pytest.raises(FileNotFoundError) as missing:
        (tmp_path / "nowhere" / "file").write_bytes(b"")
    assert shortage(missing.value) is None


def test_a_full_disk_of_sqlite_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    connection = sqlite3.connect(tmp_path / "events.db")
    connection.executescript("PRAGMA max_page_count = 3; CREATE TABLE events (text)")
    with pytest.raises(sqlite3.Error) as full:
        connection.execute("INSERT INTO events VALUES (zeroblob(100000))")
    assert f"no space left for {tmp_path} (SQLite: database or disk is full" in str(shortage(caused(full.value)))
    with pytest.raises(sqlite3.Error) as wrong:
        connection.execute("FROM nowhere")
    assert shortage(wrong.value) is None


def test_short_memory_is_named_whoever_is_short_of_it() -> None:
    with pytest.raises(MemoryError) as python:
        bytes(2**60)
    small = {"memory_limit": "10MB", "max_temp_directory_size": "0B"}
    with pytest.raises(duckdb.Error) as in_duckdb, duckdb.connect(config=small) as connection:
        connection.execute("SELECT count(DISTINCT md5(range::VARCHAR)) FROM range(1000000)")
    for error in (python.value, in_duckdb.value):
        assert str(shortage(error)).startswith("memory is too short: the work needs more")


def test_an_error_that_is_written_for_users_keeps_its_cause() -> None:
    transient = TransientError("a deadlock")
    assert shortage(caused(transient)) is transient
    permanent = PlatformError("not found")
    permanent.__cause__ = MemoryError()
    assert shortage(permanent) is None
