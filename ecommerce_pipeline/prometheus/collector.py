"""The metrics that docs/deploy.md lists, read from Dagster's storage at each scrape."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, get_args

from dagster import AssetMaterialization, DagsterInstance
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ecommerce_pipeline.alerts.state import EmailKind
from ecommerce_pipeline.alerts.store import StateStore
from ecommerce_pipeline.masking import mask
from ecommerce_pipeline.prometheus.queries import durations, newest_partitions, runs_by_state

BOUNDS: Final = (30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0)
"""Bounds of the histogram of durations, seconds: 30 days at scale 1 take about 25 s (docs/benchmarks.md)."""
OF_MATERIALIZATIONS: Final = {
    "dagster/row_count": ("ecommerce_asset_rows", "Rows of the newest day of the last materialization."),
    "bytes": ("ecommerce_asset_bytes", "Bytes of the newest day of the last materialization."),
    "rows quarantined": ("ecommerce_quarantined_rows", "Quarantined rows of the newest day of the last run."),
    "bytes billed": ("ecommerce_bytes_billed", "Bytes that BigQuery billed for the last materialization."),
}
"""Metrics of assets, by the metadata of a materialization that holds them."""

logger = logging.getLogger("dagster.ecommerce_pipeline.prometheus")


class PlatformCollector(Collector):
    """Collects the metrics of a Dagster instance; if its storage does not answer, only `ecommerce_storage_up`."""

    def __init__(self, instance: DagsterInstance) -> None:
        self._instance = instance

    def describe(self) -> Iterator[Metric]:
        """Return nothing, so that registering needs no storage that answers."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the current metrics."""
        try:
            metrics = [*self._runs(), *self._durations(), *self._assets(), *self._alerts(), *self._daemons()]
        except Exception as error:  # An endpoint that reports the failure helps more than one that fails.
            logger.warning("Dagster's storage cannot be read: %s", mask(f"{type(error).__name__}: {error}"))
            metrics = []
        up = "Whether Dagster's storage could be read; if not, it is the only metric."
        yield GaugeMetricFamily("ecommerce_storage_up", up, float(bool(metrics)))
        yield from metrics

    def _runs(self) -> Iterator[Metric]:
        runs = GaugeMetricFamily("ecommerce_runs", "Runs by job and state.", labels=["job", "status"])
        for job, status, count in runs_by_state(self._instance):
            runs.add_metric([job, status], count)
        yield runs

    def _durations(self) -> Iterator[Metric]:
        labels = ["job", "status"]
        took = HistogramMetricFamily("ecommerce_run_duration_seconds", "How long runs took.", labels=labels)
        ended = GaugeMetricFamily(
            "ecommerce_run_last_end_timestamp_seconds", "When the last run of a job ended in this state.", labels=labels
        )
        for one in durations(self._instance, BOUNDS):
            buckets = [(str(bound), float(count)) for bound, count in zip(BOUNDS, one.within, strict=True)]
            took.add_metric([one.job, one.status], [*buckets, ("+Inf", one.runs)], one.seconds)
            ended.add_metric([one.job, one.status], one.last_end)
        yield from (took, ended)

    def _assets(self) -> Iterator[Metric]:
        materialized = GaugeMetricFamily(
            "ecommerce_asset_last_materialization_timestamp_seconds",
            "When the asset was last materialized.",
            labels=["asset"],
        )
        newest = GaugeMetricFamily(
            "ecommerce_asset_newest_partition_timestamp_seconds",
            "The newest day that was ever materialized (its start, UTC).",
            labels=["asset"],
        )
        reported = {
            name: GaugeMetricFamily(metric, about, labels=["asset"])
            for name, (metric, about) in OF_MATERIALIZATIONS.items()
        }
        for record in self._instance.get_asset_records():
            last = record.asset_entry.last_materialization_record
            if last is None or last.asset_materialization is None:
                continue
            label = [record.asset_entry.asset_key.to_user_string()]
            materialized.add_metric(label, last.timestamp)
            for name, value in _numbers(last.asset_materialization):
                reported[name].add_metric(label, value)
        for key, day in newest_partitions(self._instance):
            newest.add_metric([key.to_user_string()], datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        yield from (materialized, newest, *reported.values())

    def _alerts(self) -> Iterator[Metric]:
        state = StateStore(self._instance).read()
        delivered = CounterMetricFamily(
            "ecommerce_alerts_delivered", "Emails that the mail server accepted.", labels=["kind"]
        )
        for kind in get_args(EmailKind):
            # From zero, so that the first one counts as an increase.
            delivered.add_metric([kind], state.delivered_by_kind.get(kind, 0))
        yield delivered
        yield GaugeMetricFamily("ecommerce_alerts_waiting", "Emails in the queue.", len(state.emails))
        yield GaugeMetricFamily(
            "ecommerce_alert_incidents", "Failures that were reported and have not recovered.", len(state.incidents)
        )
        yield GaugeMetricFamily(
            "ecommerce_mail_server_failures", "How many times in a row the mail server failed.", state.server.failures
        )

    def _daemons(self) -> Iterator[Metric]:
        beats = GaugeMetricFamily(
            "ecommerce_daemon_last_heartbeat_timestamp_seconds",
            "When a daemon last sent a heartbeat.",
            labels=["daemon"],
        )
        for name, heartbeat in self._instance.get_daemon_heartbeats().items():
            beats.add_metric([name], heartbeat.timestamp)
        yield beats


def _numbers(materialization: AssetMaterialization) -> Iterator[tuple[str, float]]:
    for name in OF_MATERIALIZATIONS:
        value = getattr(materialization.metadata.get(name), "value", None)
        if isinstance(value, int | float):
            yield name, float(value)
