import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.locks import LockWait, describe, lock_for_this_process, lock_holder
from ecommerce_pipeline_tests.support.shortages import Reader


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(path).close()
    return path


@pytest.fixture
def reader(file: Path) -> Iterator[Reader]:
    with closing(Reader(file)) as opened:
        yield opened


def test_the_holder_of_a_lock_is_the_process_that_keeps_others_from_it(file: Path, reader: Reader) -> None:
    assert lock_holder(file, exclusive=True) == reader.pid
    assert lock_holder(file, exclusive=False) is None
    assert not lock_for_this_process(file)
    reader.close()
    assert lock_holder(file, exclusive=True) is None


def test_a_lock_of_this_process_keeps_others_out_and_lets_its_own_code_in(file: Path) -> None:
    """For a program such as dbt, which opens the file itself."""
    assert lock_for_this_process(file)
    other = [sys.executable, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True)", str(file)]
    with duckdb.connect(file) as own:
        own.execute("CREATE TABLE own (x INTEGER)")
        assert "Could not set lock" in subprocess.run(other, capture_output=True, text=True, check=False).stderr


def test_a_wait_is_reported_at_its_start_and_less_and_less_often(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def sleep(_: float) -> None:
        nonlocal now
        now += 1

    monkeypatch.setattr("time.monotonic", lambda: now)
    monkeypatch.setattr("time.sleep", sleep)
    reports: list[str] = []
    wait = LockWait(file, reports.append)
    for _ in range(600):
        wait.pause(0)
    with pytest.raises(PlatformError, match=f"{file} is still locked after 600 s by a process on another machine"):
        wait.pause(0)
    assert [report.split()[-2] for report in reports] == ["0", "5", "10", "20", "40", "80", "160", "320"]


def test_a_process_is_described_by_its_id_and_command(reader: Reader) -> None:
    assert describe(reader.pid).startswith(f"process {reader.pid} ({sys.executable} -c import duckdb")
    program = [sys.executable, "-c", "import sys\nprint(flush=True)\nsys.stdin.read()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as lines:
        assert lines.stdout is not None
        lines.stdout.readline()  # before it runs, a process may have no command
        command = f"({sys.executable} -c import sys print(flush=True) sys.stdin.read())"
        assert describe(lines.pid) == f"process {lines.pid} {command}"
    assert describe(2**22 + 1) == f"process {2**22 + 1}"
