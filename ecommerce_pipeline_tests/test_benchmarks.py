"""The benchmarks' harness: real cases of our side at a few rows. What they compare with is not installed here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import WrongError, asked_for, rounds_of, sizes
from benchmarks.case import Taken
from benchmarks.results import Result, keep, kept
from ecommerce_pipeline.settings import PROJECT_ROOT

ROWS = 2_000
IN_TURN = """
from benchmarks.__main__ import asked_for, run_group
for group, chosen in asked_for().items():
    run_group(group, chosen, {rows})
"""


def run(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT_ROOT,
        env=os.environ | {"BENCH_DIR": str(folder)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def result(name: str, role: str, rows: int, *seconds: float) -> Result:
    return Result("extract", name, role, 1_000, tuple(Taken(rows, each, each, 100.0) for each in seconds))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the data of ROWS rows, where a case has prepared to load."""
    folder = tmp_path_factory.mktemp("bench")
    prepare = f"from benchmarks.shop import made, stop; data = made({ROWS}); data.empty_loaded(); stop(data)"
    done = run(folder, "-c", prepare)
    assert done.returncode == 0, done.stderr
    return folder


def test_cases_run_in_turn_on_rows_that_loads_leave_alone(made: Path) -> None:
    """A load once dropped the table that is extracted: cases that ran after it measured what it had left."""
    done = run(
        made, "-c", IN_TURN.format(rows=ROWS), BENCH_CASES="extract.ours,extract.COPY TO nowhere", BENCH_ROUNDS="2"
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[1].split("  ")[0] for line in done.stdout.splitlines()] == ["ours", "COPY TO nowhere"] * 2
    ours, limit = sorted(kept(made / "results"), key=lambda one: one.role, reverse=True)
    assert [(one.name, one.rows, len(one.taken)) for one in (ours, limit)] == [
        ("ours", ROWS, 2),
        ("COPY TO nowhere", ROWS, 2),
    ]
    assert ours.peak_mb > limit.peak_mb > 10
    assert not list(made.glob("case-*"))


def test_a_server_stops_when_a_case_fails(made: Path) -> None:
    """It used to run on after the command had ended."""
    (made / str(ROWS) / "transactions.copy").write_bytes(b"no rows")
    done = run(made, "-c", IN_TURN.format(rows=ROWS), BENCH_CASES="load.COPY FROM a ready file")
    assert f"load.COPY FROM a ready file with {ROWS:,} rows failed" in done.stderr
    assert not (made / str(ROWS) / "postgres" / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("BENCH_ROWS", "many", "BENCH_ROWS=many: numbers of rows, such as `100000 1000000`"),
        ("BENCH_ROUNDS", "0", "BENCH_ROUNDS=0: a number, such as 3"),
        ("BENCH_CASES", "extract.sling", "BENCH_CASES=extract.sling: known are generate, load, extract"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WrongError) as wrong:
        [rounds_of(case, size) for size in sizes() for cases in asked_for().values() for case in cases]
    assert str(wrong.value).startswith(said)


def test_the_report_has_medians_and_ratios_of_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "VERSIONS", ("dagster",))
    for one in (
        result("ours", "ours", 1_000, 9.0, 1.0, 2.0),
        result("dlt, slow", "peer", 100, 1.0),
        result("COPY TO nowhere", "limit", 1_000, 1.0),
    ):
        keep(one, tmp_path)
    page = report.render(kept(tmp_path), "")
    assert "| extraction to Parquet against dlt, slow, 1,000 rows | at least 5 times | 5.0 times | yes |" in page
    assert "| extraction as a share of COPY TO nowhere, 1,000 rows | at least 70% | 50% | **no** |" in page
    assert "| 1,000 | **ours** | 1,000 | 2.00 (1.00 to 9.00) | 2.00 | 500 |  | 100 | 3 |" in page
    assert "| 1,000 | dlt, slow | 100 | 1.00 (1.00 to 1.00) | 1.00 | 100 | 5.0 times as fast | 100 | 1 |" in page
    assert "| 1,000 | COPY TO nowhere | 1,000 | 1.00 (1.00 to 1.00) | 1.00 | 1,000 | 50% of it | 100 | 1 |" in page
