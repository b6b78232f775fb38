"""The queries to Dagster's storage: a few statements that use its indexes, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sql
from dagster import AssetKey, DagsterEventType, DagsterInstance, DagsterRunStatus

from ecommerce_pipeline.instance.sql_storage import ASSET_KEYS, EVENTS, RUNS, sql_event_log, sql_run_storage

ENDED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)


@dataclass(frozen=True)
class Durations:
    """Durations of the runs of a job that ended in one state.

    Attributes:
        within: Number of runs per bound that took at most that many seconds.
        runs: Number of runs.
        seconds: Sum of the durations.
        last_end: End of the last run (seconds since 1970).
    """

    job: str
    status: str
    within: tuple[int, ...]
    runs: int
    seconds: float
    last_end: float


def runs_by_state(instance: DagsterInstance) -> list[tuple[str, str, int]]:
    """Return the number of runs by job and state."""
    job, status = RUNS.c.pipeline_name, RUNS.c.status
    with sql_run_storage(instance).connect() as connection:
        rows = connection.execute(sql.select(job, status, sql.func.count()).group_by(job, status)).fetchall()
    return [(str(row[0]), str(row[1]), int(row[2])) for row in rows]


def durations(instance: DagsterInstance, bounds: tuple[float, ...]) -> list[Durations]:
    """Return the durations of runs, by job and state."""
    job, status, took = RUNS.c.pipeline_name, RUNS.c.status, RUNS.c.end_time - RUNS.c.start_time
    query = (
        sql.select(
            job,
            status,
            *(sql.func.sum(sql.case((took <= bound, 1), else_=0)) for bound in bounds),
            sql.func.count(),
            sql.func.sum(took),
            sql.func.max(RUNS.c.end_time),
        )
        .where(status.in_([state.value for state in ENDED]), took.is_not(None))
        .group_by(job, status)
    )
    with sql_run_storage(instance).connect() as connection:
        return [
            Durations(row[0], row[1], tuple(int(count) for count in row[2:-3]), row[-3], float(row[-2]), float(row[-1]))
            for row in connection.execute(query)
        ]


def newest_partitions(instance: DagsterInstance) -> Iterator[tuple[AssetKey, str]]:
    """Yield the newest partition ever materialized of each asset; keys of days sort by date."""
    events, keys = EVENTS.c, ASSET_KEYS.c
    newest = (
        sql.select(sql.func.max(events.partition))
        .where(
            events.asset_key == keys.asset_key,
            events.dagster_event_type == DagsterEventType.ASSET_MATERIALIZATION.value,
            events.partition.is_not(None),
        )
        .scalar_subquery()
    )
    with sql_event_log(instance).index_connection() as connection:
        rows = connection.execute(sql.select(keys.asset_key, newest)).fetchall()
    for name, partition in rows:
        key = AssetKey.from_db_string(str(name))
        if key is not None and partition is not None:
            yield key, str(partition)
