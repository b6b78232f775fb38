"""A run of many days that the warehouse replaces in parts, one dbt call each: what it reports when a part fails."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from dagster import DagsterEventType

from ecommerce_pipeline.definitions import build_definitions
from ecommerce_pipeline.errors import PlatformError
from ecommerce_pipeline.partitions import Days
from ecommerce_pipeline.resources.warehouse.duckdb.warehouse import DuckDBWarehouse
from ecommerce_pipeline_tests.support.platform import Platform

FIRST, SECOND = "2026-03-07", "2026-03-08"


class DayByDay(DuckDBWarehouse):
    """A warehouse that replaces one day at a time, as BigQuery does when a job would change too many partitions.

    Attributes:
        between_parts: A statement to run after the first part.
    """

    between_parts: str = ""

    def parts(self, days: Days | None) -> Sequence[Days | None]:
        return Interrupted(days.parts(1), self) if days else [None]


class Interrupted(list[Days | None]):
    """Parts of a run's days; after the first of them the warehouse runs its statement."""

    def __init__(self, parts: Sequence[Days], warehouse: DayByDay) -> None:
        super().__init__(parts)
        self._warehouse = warehouse

    def __iter__(self) -> Iterator[Days | None]:
        yield self[0]
        with self._warehouse.connect() as connection:
            connection.execute(self._warehouse.between_parts)
        yield from self[1:]


@pytest.fixture
def platform(new_platform: Callable[..., Platform]) -> Platform:
    """Return a platform with two days in staging."""
    platform = new_platform()
    for job in ("ingest", "extract", "load"):
        platform.run(FIRST, SECOND, job=job)
    return platform


def build_in_parts(platform: Platform, between_parts: str = "SELECT 1") -> None:
    warehouse = DayByDay(path=str(platform.settings.warehouse_path), between_parts=between_parts)
    platform.definitions = build_definitions(platform.settings, resources={"warehouse": warehouse})
    platform.run(FIRST, SECOND, job="transform")


def materialized(platform: Platform) -> set[str]:
    """Return the assets that the newest run reported as materialized."""
    run = platform.instance.get_runs(limit=1)[0]
    events = platform.instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
    keys = [event.dagster_event.asset_key for event in events if event.dagster_event]
    return {key.to_user_string() for key in keys if key}


def failed_checks(platform: Platform) -> set[str]:
    """Return the checks that failed in the newest run."""
    run = platform.instance.get_runs(limit=1)[0]
    events = platform.instance.all_logs(run.run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [event.dagster_event.asset_check_evaluation_data for event in events if event.dagster_event]
    return {evaluation.check_name for evaluation in evaluations if not evaluation.passed}


def test_parts_build_what_all_days_at_once_build(platform: Platform) -> None:
    """A visit of the first day may lead to an order of the second."""
    with platform.source() as connection:
        connection.execute(
            "UPDATE ecommerce.transactions SET session_id = (SELECT min(session_id) FROM ecommerce.sessions "
            f"WHERE created_at < '{SECOND}') WHERE created_at > '{SECOND}' AND session_id IS NOT NULL"
        )
    for job in ("extract", "load"):
        platform.run(FIRST, SECOND, job=job)
    build_in_parts(platform)
    in_parts = platform.content_hashes()
    platform.definitions = build_definitions(platform.settings)
    platform.run(FIRST, SECOND, job="transform")
    assert platform.content_hashes() == in_parts


def test_a_model_that_one_part_did_not_build_is_not_reported_as_materialized(platform: Platform) -> None:
    with pytest.raises(PlatformError, match=rf"could not build the models for {SECOND}\. [\s\S]*stg_refunds"):
        build_in_parts(platform, "DROP TABLE staging.refunds")
    assert platform.query("SELECT count(*) > 0 FROM core.stg_refunds") == [(True,)]
    assert materialized(platform) == set()


def test_a_warning_of_the_first_part_is_kept_if_the_second_part_fails_before_the_check(
    platform: Platform,
) -> None:
    with DuckDBWarehouse(path=str(platform.settings.warehouse_path)).connect() as connection:
        connection.execute("UPDATE staging.stores SET floor_area_m2 = -1")
    with pytest.raises(PlatformError, match=rf"could not build the models for {SECOND}\."):
        build_in_parts(platform, "DROP TABLE staging.stores")
    assert failed_checks(platform) == {"dimensions_are_in_range"}


def test_an_error_of_the_first_part_ends_the_build_and_reports_no_model_as_materialized(platform: Platform) -> None:
    with DuckDBWarehouse(path=str(platform.settings.warehouse_path)).connect() as connection:
        connection.execute(
            "UPDATE staging.reconciliation SET rows_source = rows_source + 1 "
            f"WHERE table_name = 'refunds' AND business_date = '{FIRST}'"
        )
    with pytest.raises(PlatformError, match="every_row_is_accounted_for"):
        build_in_parts(platform)
    assert materialized(platform) == set()
    assert failed_checks(platform) == {"every_row_is_accounted_for"}
