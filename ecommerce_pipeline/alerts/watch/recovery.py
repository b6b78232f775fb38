"""Whether what failed has succeeded since."""

from datetime import UTC, datetime

from dagster import AssetCheckKey, AssetKey, DagsterEventType, DagsterRunStatus, PartitionKeyRange, RunsFilter

from ecommerce_pipeline.alerts.problem import Watched
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.watch.context import View
from ecommerce_pipeline.alerts.watch.dagster_private import AssetCheckExecutionRecordStatus
from ecommerce_pipeline.alerts.watch.failed_ticks import ticks_well
from ecommerce_pipeline.instance.run_tags import PARTITION_TAG


class Recovery:
    """Answers for the things that one tick asks about, with one query for the newest event of all their assets."""

    def __init__(self, state: State, view: View) -> None:
        self._view = view
        watched = [one for incident in state.incidents.values() for one in incident.watched if one.kind == "asset"]
        keys = {AssetKey.from_db_string(one.name) for one in watched} - {None}
        records = view.instance.get_asset_records([key for key in keys if key]) if keys else []
        newest = [
            (record.asset_entry.asset_key, record.asset_entry.last_materialization_storage_id) for record in records
        ]
        self._newest = {key.to_string(): number or 0 for key, number in newest}

    def __call__(self, watched: Watched) -> bool:
        """Return whether the thing has succeeded since it failed."""
        match watched.kind:
            case "asset":
                return self._asset(watched)
            case "check":
                return self._check(watched)
            case "job":
                return self._job(watched)
            case "tick":
                return ticks_well(self._view.instance, watched)

    def _asset(self, watched: Watched) -> bool:
        if self._newest.get(watched.name, 0) <= watched.after:
            return False
        if watched.span is None:
            return True
        graph, key = self._view.repository.asset_graph, AssetKey.from_db_string(watched.name)
        partitions = graph.get(key).partitions_def if key and graph.has(key) else None
        if key is None or partitions is None:
            return False
        wanted = partitions.get_partition_keys_in_range(PartitionKeyRange(watched.span.first, watched.span.last))
        made = self._view.instance.event_log_storage.get_latest_storage_id_by_partition(
            key, DagsterEventType.ASSET_MATERIALIZATION, set(wanted)
        )
        return all(made.get(partition, 0) > watched.after for partition in wanted)

    def _check(self, watched: Watched) -> bool:
        asset = AssetKey.from_db_string(watched.name)
        if asset is None:
            return False
        key = AssetCheckKey(asset, watched.check)
        latest = self._view.instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
        if latest is None or latest.event is None or latest.status != AssetCheckExecutionRecordStatus.SUCCEEDED:
            return False
        return latest.event.timestamp > watched.after

    def _job(self, watched: Watched) -> bool:
        wanted = RunsFilter(
            job_name=watched.name,
            statuses=[DagsterRunStatus.SUCCESS],
            updated_after=datetime.fromtimestamp(watched.after, tz=UTC),
            tags={PARTITION_TAG: watched.span.first}
            if watched.span and watched.span.first == watched.span.last
            else {},
        )
        return bool(self._view.instance.get_run_records(wanted, limit=1))
