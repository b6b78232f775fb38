"""The metrics of a Dagster instance with successful and failed runs and sent emails."""

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
from ecommerce_pipeline.prometheus.collector import PlatformCollector
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
    """Return the samples of a scrape, by name with labels."""
    registry = CollectorRegistry()
    registry.register(PlatformCollector(instance))
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
    }


def test_the_storage_of_an_empty_instance_is_up(instance: DagsterInstance) -> None:
    samples = scraped(instance)
    assert samples["ecommerce_storage_up{}"] == 1
    assert samples["ecommerce_alerts_waiting{}"] == 0
    assert not [name for name in samples if name.startswith("ecommerce_runs{")]


def test_runs_assets_alerts_and_daemons_have_metrics(instance: DagsterInstance) -> None:
    for day in ("2026-03-02", "2026-03-01"):
        materialize([orders], instance=instance, partition_key=day)
    materialize([quarantine], instance=instance)
    materialize([broken], instance=instance, raise_on_error=False)
    StateStore(instance).change(lambda state: state.delivered_by_kind.update(alert=2))
    instance.add_daemon_heartbeat(DaemonHeartbeat(1_772_000_000.0, "SENSOR", "id", []))
    samples = scraped(instance)
    runs = {name: value for name, value in samples.items() if name.startswith("ecommerce_runs{")}
    assert sorted(runs.values()) == [1, 3]
    took = {name: value for name, value in samples.items() if name.startswith("ecommerce_run_duration_seconds")}
    assert [value for name, value in took.items() if "_bucket" in name and "le=30.0" in name and "SUCC" in name] == [3]
    assert 0 < next(value for name, value in took.items() if "_sum" in name and "SUCCESS" in name) < 90
    assert samples["ecommerce_asset_rows{asset=staging/orders}"] == 7
    # The newest day, not the one materialized last.
    assert samples["ecommerce_asset_newest_partition_timestamp_seconds{asset=staging/orders}"] == 1_772_409_600
    assert samples["ecommerce_quarantined_rows{asset=core/quarantine_orders}"] == 3
    assert samples["ecommerce_bytes_billed{asset=staging/orders}"] == 10_485_760
    assert samples["ecommerce_alerts_delivered_total{kind=alert}"] == 2
    assert samples["ecommerce_daemon_last_heartbeat_timestamp_seconds{daemon=SENSOR}"] == 1_772_000_000


def test_a_storage_that_does_not_answer_is_down_and_has_no_other_metrics(
    instance: DagsterInstance, tmp_path: Path
) -> None:
    scraped(instance)
    for file in tmp_path.rglob("*.db"):
        file.write_bytes(b"no database")
    assert scraped(instance) == {"ecommerce_storage_up{}": 0}
