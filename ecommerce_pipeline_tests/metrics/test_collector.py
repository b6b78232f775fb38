"""The metrics of a Dagster instance in which something was made, something failed and mails were sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    DailyPartitionsDefinition,
    MaterializeResult,
    asset,
    materialize,
)
from dagster._daemon.types import DaemonHeartbeat
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.metrics.collector import PlatformCollector
from ecommerce_pipeline_tests.instance.test_sqlite_event_log import opened


@asset(key=["staging", "orders"], partitions_def=DailyPartitionsDefinition("2026-03-01"))
def orders() -> MaterializeResult[None]:
    return MaterializeResult(metadata={"dagster/row_count": 7, "bytes billed": 10_485_760})


@asset(key=["core", "quarantine_orders"])
def quarantine() -> MaterializeResult[None]:
    return MaterializeResult(metadata={"rows quarantined": 3, "rows by rule": "none"})


@asset(key=["core", "broken"])
def broken() -> None:
    raise ValueError("no")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[DagsterInstance]:
    with opened(str(tmp_path)) as made:
        yield made


def scraped(instance: DagsterInstance) -> dict[str, float]:
    """Return what Prometheus is told, by name with labels."""
    registry = CollectorRegistry()
    registry.register(PlatformCollector(instance))
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
    }


def test_an_instance_in_which_nothing_happened_is_up_and_says_so(instance: DagsterInstance) -> None:
    told = scraped(instance)
    assert told["ecommerce_storage_up{}"] == 1
    assert told["ecommerce_alerts_waiting{}"] == 0
    assert not [name for name in told if name.startswith("ecommerce_runs{")]


def test_runs_assets_alerts_and_daemons_are_told(instance: DagsterInstance) -> None:
    for day in ("2026-03-02", "2026-03-01"):
        materialize([orders], instance=instance, partition_key=day)
    materialize([quarantine], instance=instance)
    materialize([broken], instance=instance, raise_on_error=False)
    StateStore(instance).change(lambda state: state.delivered_by_kind.update(alert=2))
    instance.add_daemon_heartbeat(DaemonHeartbeat(1_772_000_000.0, "SENSOR", "id", []))
    told = scraped(instance)
    runs = {name: value for name, value in told.items() if name.startswith("ecommerce_runs{")}
    assert sorted(runs.values()) == [1, 3]
    took = {name: value for name, value in told.items() if name.startswith("ecommerce_run_duration_seconds")}
    assert [value for name, value in took.items() if "_bucket" in name and "le=30.0" in name and "SUCC" in name] == [3]
    assert 0 < next(value for name, value in took.items() if "_sum" in name and "SUCCESS" in name) < 90
    assert told["ecommerce_asset_rows{asset=staging/orders}"] == 7
    # The newest day, not the one that was made last.
    assert told["ecommerce_asset_newest_partition_timestamp_seconds{asset=staging/orders}"] == 1_772_409_600
    assert told["ecommerce_quarantined_rows{asset=core/quarantine_orders}"] == 3
    assert told["ecommerce_bytes_billed{asset=staging/orders}"] == 10_485_760
    assert told["ecommerce_alerts_delivered_total{kind=alert}"] == 2
    assert told["ecommerce_daemon_last_heartbeat_timestamp_seconds{daemon=SENSOR}"] == 1_772_000_000


def test_a_storage_that_does_not_answer_is_told_as_down_and_nothing_else(
    instance: DagsterInstance, tmp_path: Path
) -> None:
    scraped(instance)
    for file in tmp_path.rglob("*.db"):
        file.write_bytes(b"no database")
    assert scraped(instance) == {"ecommerce_storage_up{}": 0}
