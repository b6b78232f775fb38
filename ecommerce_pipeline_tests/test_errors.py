"""Full disks and short memory are recognized by the types and numbers of errors."""

import sqlite3
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.errors import WRITTEN_FOR_USERS, PlatformError, TransientError, explained, shortage
from ecommerce_pipeline.resources.embedded_postgres.errors import clear_errors
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


def test_a_file_that_cannot_be_used_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory") as caught:
        tmp_path.write_bytes(b"")
    assert (
        str(explained(caught.value))
        == f"{tmp_path} cannot be used (Is a directory): move away what is there, or set DATA_DIR to another folder"
    )
    assert explained(ValueError("a fault of the code")) is None


def test_the_names_of_all_errors_for_users_are_left_out_of_messages() -> None:
    assert {"PlatformError", "TransientError", "NotBuiltError", "EmbeddedPostgresError"} <= WRITTEN_FOR_USERS


def test_a_full_disk_of_the_embedded_postgresql_is_temporary(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match=f"no space left for {tmp_path}"), clear_errors(tmp_path):
        FULL_DISK.write_bytes(b"x")


def test_an_error_that_is_written_for_users_keeps_its_cause() -> None:
    transient = TransientError("a deadlock")
    assert shortage(caused(transient)) is transient
    permanent = PlatformError("not found")
    permanent.__cause__ = MemoryError()
    assert shortage(permanent) is None
