import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import freshness_report
from benchmarks.case import GROUPS, Measurement, cases
from benchmarks.claims import BY_EXECUTOR, BY_PEERS, claims
from benchmarks.freshness_report import Empty, Measured, Setting
from benchmarks.live_shop import Order
from benchmarks.report import render
from benchmarks.results import Result, load_results, save
from ecommerce_pipeline.settings import PROJECT_ROOT

ROWS = 1000
PEERS = {name for ours, peer, _ in BY_PEERS for name in (ours, peer)}
EXECUTORS = {f"{run} by threads" for run in BY_EXECUTOR}
OURS = "generate.ours,load.ours,extract.ours,extract.COPY TO nowhere"


def result(name: str, role: str, seconds: float, *, group: str = "extract", size: int = 100_000) -> Result:
    rounds = tuple(Measurement(size, seconds * factor, seconds, 500.0) for factor in (0.5, 1, 3))
    return Result(group, name, role, size, rounds)  # type: ignore[arg-type]


def bench(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks in their own folder, including the report."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", str(home / "docs")],
        cwd=PROJECT_ROOT,
        env=os.environ | {"BENCH_DIR": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_saved_results_are_loaded_and_a_new_result_of_a_case_replaces_the_old_one(tmp_path: Path) -> None:
    save(result("ours", "ours", 2), tmp_path)
    save(result("ours", "ours", 1), tmp_path)
    save(result("ours", "ours", 1, size=10), tmp_path)
    assert {(one.size, one.seconds) for one in load_results(tmp_path)} == {(100_000, 1), (10, 1)}


def test_the_report_gives_medians_and_compares_ours_with_each_tool() -> None:
    results = [result("ours", "ours", 1), result("dlt by one", "peer", 8), result("COPY TO nowhere", "limit", 0.8)]
    lines = render(results, "plot").splitlines()
    ours, other, limit = (
        next(line for line in lines if f"| {name} |" in line) for name in ("**ours**", "dlt by one", "COPY TO nowhere")
    )
    assert "| 100,000 | 1.00 (0.50 to 3.00) | 1.00 | 100,000 |" in ours
    assert "8.0 times as fast" in other
    assert "80% of it" in limit


def test_the_report_shows_where_the_seconds_of_runs_go_side_by_side() -> None:
    def run(name: str, **parts: float) -> Result:
        return Result("graph", name, "part", 0, (Measurement(0, sum(parts.values()), 1, 100, parts),))

    results = [run("year", lake=9, dbt=20), run("day", lake=1, dbt=5), run("by hand", load=2), run("whole")]
    lines = render(results, "plot").splitlines()
    assert [line for line in lines if line.startswith(("| seconds", "| lake", "| dbt", "| load"))] == [
        "| seconds | by hand |",
        "| load | 2.0 |",
        "| seconds | day | year |",
        "| lake | 1.0 | 9.0 |",
        "| dbt | 5.0 | 20.0 |",
    ]


def test_a_missed_target_is_reported_as_missed() -> None:
    results = [
        result("ours", "ours", 1),
        result("dlt by fast", "peer", 4),
        result("dlt by slow", "peer", 9),
        result("COPY TO nowhere", "limit", 0.8),
    ]
    found = {one.text: (one.measured, one.met) for one in claims(results)}
    assert found == {
        "extraction to Parquet against dlt by fast, 100,000 rows": ("4.0 times; the limit 5.0", False),
        "extraction as a share of COPY TO nowhere, 100,000 rows": ("80%", True),
    }
    why = [line for line in render(results, "plot").splitlines() if line.startswith("- ")]
    assert [line.partition(":")[0] for line in why] == ["- dlt"], "of what is missed, and of nothing else"
    assert "Why targets" not in render(results[:1], "plot")


def test_a_large_run_is_held_to_its_memory_and_to_the_cost_of_its_reconciliation() -> None:
    parts = {"lake": 2.0, "staging": 3.0, "reconciliation": 6.0}
    run = Measurement(0, 60, 100, peak_mb=1900, parts=parts)
    found = claims([Result("graph", "30 days in one run at scale 100", "part", 0, (run,))])
    assert {one.text: (one.measured, one.met) for one in found} == {
        "memory of the largest process, 30 days in one run at scale 100": ("1.9 GB", True),
        "reconciliation against extraction and load, 30 days in one run at scale 100": ("1.20 times", False),
    }


def test_the_whole_platform_is_compared_with_as_many_runs_of_others_as_its_days_need() -> None:
    results = [
        result("30 days in one run", "part", 20, group="peers", size=0),
        result("30 days by dlt and dbt", "part", 19, group="peers", size=0),
        result("3 days by Dagster's own parts with one run each", "part", 90, group="peers", size=0),
    ]
    found = {one.text: (one.measured, one.met) for one in claims(results)}
    assert found == {
        "30 days in one run against 30 days by dlt and dbt": ("0.9 times", False),
        "30 days in one run against 10 times 3 days by Dagster's own parts with one run each": ("45.0 times", True),
    }


def test_threads_are_compared_with_the_fastest_other_executor_of_the_same_run() -> None:
    seconds = {
        "1 day by threads": 10,
        "1 day by in_process": 11,
        "1 day by multiprocess": 60,
        "1 day on emulators by threads": 100,
        "1 day on emulators by multiprocess": 120,
    }
    results = [result(name, "part", each, group="executors", size=0) for name, each in seconds.items()]
    found = {one.text: (one.measured, one.met) for one in claims(results)}
    assert found == {
        "1 day by threads against by in_process": ("1.10 times", False),
        "1 day on emulators by threads against by multiprocess": ("1.20 times", True),
    }


@pytest.mark.parametrize(("group", "named"), [("peers", PEERS), ("executors", EXECUTORS)])
def test_every_case_that_a_target_names_exists(group: str, named: set[str]) -> None:
    assert named <= {case.name for case in cases(group)}


def test_no_name_of_a_case_has_the_comma_that_separates_those_of_a_choice() -> None:
    assert [case.name for group in GROUPS for case in cases(group) if "," in case.name] == []


def test_a_short_run_saves_a_result_of_every_case_and_writes_the_report(tmp_path: Path) -> None:
    done = bench(tmp_path, BENCH_ROWS=str(ROWS), BENCH_ROUNDS="1", BENCH_CASES=OURS)
    assert done.returncode == 0, done.stderr
    results = load_results(tmp_path / "measurements")
    assert {f"{one.group}.{one.name}" for one in results} == set(OURS.split(","))
    assert all(one.rows >= ROWS and one.seconds > 0 for one in results)
    assert "Extract from PostgreSQL" in (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "<svg" in (tmp_path / "docs" / "images" / "benchmarks.svg").read_text()


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("BENCH_ROWS", "many", "must be numbers of rows"),
        ("BENCH_CASES", "extract,fly", "known are generate, load, extract"),
    ],
)
def test_a_wrong_choice_is_one_message(tmp_path: Path, variable: str, value: str, remedy: str) -> None:
    done = bench(tmp_path, **{variable: value})
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"error: {variable}=")
    assert remedy in line


def test_the_report_on_freshness_says_which_targets_are_missed() -> None:
    setting = Setting(60, scale=10, whole_days=14, refresh_minutes=2, between_orders=(5, 25))
    empty = [Empty(0.9, 1.1), Empty(3.4, 0.8)]
    found = Measured("22:00 in Etc/GMT-11", 18_000, [40.0, 90.0, 310.0], [35.0], 0, empty, 2.5, 0, [4.2, 9.1])
    lines = freshness_report.report(setting, found).splitlines()
    assert "| from the commit of an order to the page that has it | 90.0 s | 310.0 s | 310.0 s | 3 |" in lines
    assert [line for line in lines if line.endswith("| **no** |")] == [
        "| from a commit to the page in at most 5 minutes | **no** |",
        "| a refresh that finds nothing takes under 3 s | **no** |",
    ]


def test_a_marked_order_is_recognized_in_the_sum_of_its_store() -> None:
    """Orders can come to the page in any order, as the tables are read one after the other."""
    small, large = Order(7, 1, 0.0), Order(7, 4, 0.0)
    assert [one.is_in(400) for one in (small, large)] == [False, True]
    assert [one.is_in(500) for one in (small, large)] == [True, True]
