"""A run of days that do not lie together plans, reads, writes and records these days, and none between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetExecutionContext,
    BackfillPolicy,
    DagsterEventType,
    DagsterInstance,
    DailyPartitionsDefinition,
    Definitions,
    InputContext,
    IOManager,
    MaterializeResult,
    OutputContext,
    asset,
)

from ecommerce_pipeline.execution.executor import multithread_executor
from ecommerce_pipeline.execution.partition_metadata import add_partition_metadata
from ecommerce_pipeline.execution.run_days import RunProgress, run_days
from ecommerce_pipeline.instance.run_storage import ExactDaysSqliteRunStorage
from ecommerce_pipeline.partitions import Days

CALENDAR = {
    "partitions_def": DailyPartitionsDefinition("2026-03-01", end_date="2026-04-01"),
    "backfill_policy": BackfillPolicy.single_run(),
}
SCATTERED = Days.parse("2026-03-02, 2026-03-05 to 2026-03-06, 2026-03-30")
KEYS = [day.isoformat() for day in SCATTERED]


class Recording(IOManager):
    """Remembers the partitions of what it handles."""

    def __init__(self) -> None:
        self.written: dict[str, list[str]] = {}
        self.read: dict[str, list[str]] = {}

    def handle_output(self, context: OutputContext, obj: object) -> None:
        del obj
        keys = sorted(context.asset_partition_keys)
        self.written[context.asset_key.to_user_string()] = keys
        add_partition_metadata(context, context.asset_key, {key: {"day": int(key[-2:])} for key in keys})

    def load_input(self, context: InputContext) -> object:
        self.read[context.asset_key.to_user_string()] = sorted(context.asset_partition_keys)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    runs = {
        "module": ExactDaysSqliteRunStorage.__module__,
        "class": ExactDaysSqliteRunStorage.__name__,
        "config": {"base_dir": str(tmp_path / "history")},
    }
    overrides = {"run_storage": runs, "telemetry": {"enabled": False}}
    with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as made:
        yield made


def run(instance: DagsterInstance, days: Days) -> tuple[Recording, str]:
    """Run two assets at the same time, and one after them in the main thread that yields results of its own."""
    manager = Recording()

    @asset(**CALENDAR)
    def one() -> object:
        return 1

    @asset(**CALENDAR)
    def other() -> object:
        return 2

    @asset(check_specs=[AssetCheckSpec("sound", asset="results")], **CALENDAR)
    def results(context: AssetExecutionContext, one: object, other: object) -> Iterator[object]:
        del one, other
        add_partition_metadata(context, context.asset_key, {day.isoformat(): {"day": day.day} for day in days})
        yield MaterializeResult(metadata={"days": str(days)})
        yield AssetCheckResult(passed=True)

    defined = Definitions([one, other, results], resources={"io_manager": manager}, executor=multithread_executor(2))
    said: list[RunProgress] = []
    run_id = run_days(defined.resolve_implicit_global_asset_job_def(), days, instance, said.append)
    assert [progress.step for progress in said if progress.kind == "ended"][-1] == "results"
    return manager, run_id


def recorded(instance: DagsterInstance, run_id: str, kind: DagsterEventType) -> dict[str, list[str]]:
    """Return the partitions by asset of a run's events, in order."""
    found: dict[str, list[str]] = {}
    for entry in instance.all_logs(run_id, kind):
        event = entry.get_dagster_event()
        assert event.asset_key
        found.setdefault(event.asset_key.to_user_string(), []).append(str(event.partition))
        if kind == DagsterEventType.ASSET_MATERIALIZATION:
            metadata = event.step_materialization_data.materialization.metadata
            assert metadata["day"].value == int(str(event.partition)[-2:])
    return found


@pytest.mark.parametrize("days", [SCATTERED, Days.parse("2026-03-05 to 2026-03-08")], ids=["scattered", "a range"])
def test_only_the_days_of_a_run_are_planned_read_written_and_recorded(instance: DagsterInstance, days: Days) -> None:
    """Two days a year apart were recorded as a materialization of the whole year."""
    keys = [day.isoformat() for day in days]
    manager, run_id = run(instance, days)
    assert manager.written == {"one": keys, "other": keys}
    assert manager.read == {"one": keys, "other": keys}
    assets = dict.fromkeys(("one", "other", "results"), keys)
    assert recorded(instance, run_id, DagsterEventType.ASSET_MATERIALIZATION) == assets
    assert recorded(instance, run_id, DagsterEventType.ASSET_MATERIALIZATION_PLANNED) == assets
    stored = instance.get_run_by_id(run_id)
    assert stored
    assert stored.partitions_subset
    assert sorted(stored.partitions_subset.get_partition_keys()) == keys
