"""What a run of a day costs besides its rows, counted: processes and connections, so that no more of them creep in."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pytest

from ecommerce_pipeline.commands.status import DAILY_ASSETS, overview
from ecommerce_pipeline.targets import postgres
from ecommerce_pipeline_tests.support.platform import Platform

DBT = "ecommerce-pipeline-dbt"
FIRST_DAY, DAY = "2026-03-07", "2026-03-08"
SESSIONS = 90
"""At most so many of PostgreSQL's sessions: each takes 5 to 10 ms of a new process on the server."""
OPENED = 12
"""At most so many openings of DuckDB's file: each takes 30 ms and more, and reads the catalog again."""


@contextmanager
def heard(audited: str) -> Iterator[list[tuple[Any, ...]]]:
    """Collect the arguments of this process's audit events of a name."""
    found: list[tuple[Any, ...]] = []
    active = True

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if active and event == audited:
            found.append(arguments)

    sys.addaudithook(hear)  # there is no way to remove it
    try:
        yield found
    finally:
        active = False


def names(started: list[tuple[Any, ...]]) -> list[str]:
    return [str(command[0]).rpartition("/")[2] for _, command, *_ in started]


def sessions(platform: Platform) -> int:
    """Return the number of sessions of the shop's database until now."""
    [(count,)] = postgres(platform.settings).rows(
        "SELECT sessions FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(count)


def test_a_run_starts_dbt_once_and_early_and_opens_few_connections(
    new_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = new_platform()
    platform.run(FIRST_DAY)
    opened: list[object] = []
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *args, **more: opened.append(args[:1]) or connect(*args, **more))
    before = sessions(platform)
    at_events: list[int] = []
    with heard("subprocess.Popen") as started:
        platform.run(DAY, on_progress=lambda _: at_events.append(names(started).count(DBT)))
    # Dagster captures each of both streams by two processes.
    assert sorted(names(started)) == sorted([DBT, "tail", "python", "tail", "python"])
    assert at_events[0] == 1, "dbt is not imported while the days are loaded"
    files = [path for path in opened if str(platform.settings.warehouse_path) in str(path)]
    assert len(files) <= OPENED
    assert sessions(platform) - before <= SESSIONS


def test_the_overview_at_the_end_of_a_run_reads_no_object(week: Platform) -> None:
    """It read the footers of all objects: of 400 days, more than four thousand, for a number of rows."""
    with heard("open") as opened:
        found = overview(week.settings, week.instance)
    assert [path for path, *_ in opened if str(path).endswith(".parquet")] == []
    assert {layer.name: layer.days for layer in found.layers} == dict.fromkeys(DAILY_ASSETS, 7)
    assert [layer.name for layer in found.layers if not layer.rows] == ["lake"]
