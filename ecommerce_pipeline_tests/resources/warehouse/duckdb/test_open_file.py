"""The file that stays open between the steps of a run, and does not stay in the way of others."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.resources.warehouse.duckdb.open_file import IDLE_SECONDS, OpenFile

WRITE = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('INSERT INTO texts VALUES (2)')"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE texts AS SELECT 1 AS number")
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The openings of files."""
    found: list[object] = []
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *args, **more: found.append(args) or connect(*args, **more))
    return found


@contextmanager
def run_of(file: OpenFile) -> Iterator[None]:
    file.begin_run()
    try:
        yield
    finally:
        file.end_run()


def use(file: OpenFile, path: Path, sql: str = "FROM texts", *, read_only: bool = False) -> list[tuple[int]]:
    with file.connection(path, pytest.fail, read_only=read_only) as connection:
        return connection.execute(sql).fetchall()


def other_process_writes(path: Path) -> bool:
    """Return whether another process could open the file."""
    return subprocess.run([sys.executable, "-c", WRITE, path], capture_output=True, check=False).returncode == 0


def test_a_run_opens_the_file_once_and_closes_it_at_its_end(path: Path, opened: list[object]) -> None:
    file = OpenFile()
    with run_of(file):
        use(file, path)
        use(file, path, "INSERT INTO texts VALUES (3)")
        assert use(file, path, read_only=True) == [(1,), (3,)]
        assert len(opened) == 1
    assert other_process_writes(path)


def test_without_a_run_the_file_is_closed_after_each_use(path: Path, opened: list[object]) -> None:
    file = OpenFile()
    for count in (1, 2):
        use(file, path)
        assert len(opened) == count
        assert other_process_writes(path)


def test_a_file_that_a_run_does_not_use_is_free_for_other_processes(path: Path) -> None:
    """Two runs would wait for each other: one for the file, the other for the slot of its pool."""
    file = OpenFile()
    with run_of(file):
        use(file, path)
        assert not other_process_writes(path)
        deadline = time.monotonic() + 100 * IDLE_SECONDS
        while not other_process_writes(path):
            assert time.monotonic() < deadline
        assert use(file, path) == [(1,), (2,)]


def test_a_file_that_is_open_for_reading_is_opened_again_to_be_written(path: Path, opened: list[object]) -> None:
    file = OpenFile()
    with run_of(file):
        use(file, path, read_only=True)
        use(file, path, "INSERT INTO texts VALUES (3)")
        assert len(opened) == 2


def test_an_error_undoes_what_its_use_has_not_committed_and_closes_the_file(path: Path, opened: list[object]) -> None:
    file = OpenFile()
    with run_of(file):
        with pytest.raises(duckdb.CatalogException):
            use(file, path, "BEGIN; DELETE FROM texts; FROM missing")
        assert use(file, path) == [(1,)]
        assert len(opened) == 2


def test_a_use_within_a_use_leaves_the_file_open_for_the_outer_one(path: Path) -> None:
    file = OpenFile()
    with file.connection(path, pytest.fail, read_only=True) as outer:
        use(file, path, read_only=True)
        assert outer.execute("FROM texts").fetchall() == [(1,)]
