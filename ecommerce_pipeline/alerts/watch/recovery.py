"""Whether what failed has succeeded since: whether a `RecoveryCondition` is met."""

from datetime import UTC, datetime

from dagster import AssetCheckKey, AssetKey, DagsterEventType, DagsterRunStatus, PartitionKeyRange, RunsFilter

from ecommerce_pipeline.alerts.problem import RecoveryCondition
from ecommerce_pipeline.alerts.state import State
from ecommerce_pipeline.alerts.watch.context import WatchContext
from ecommerce_pipeline.alerts.watch.dagster_private import AssetCheckExecutionRecordStatus
from ecommerce_pipeline.alerts.watch.failed_ticks import has_ticked
from ecommerce_pipeline.instance.run_tags import PARTITION_TAG
from ecommerce_pipeline.partitions import Days


class Recovery:
    """Checks the conditions of one tick, with a single query for the newest events of all their assets."""

    def __init__(self, state: State, context: WatchContext) -> None:
        self._view = context
        conditions = [one for incident in state.incidents.values() for one in incident.recovery_conditions]
        keys = {AssetKey.from_db_string(one.name) for one in conditions if one.kind == "asset"} - {None}
        records = context.instance.get_asset_records([key for key in keys if key]) if keys else []
        newest = [
            (record.asset_entry.asset_key, record.asset_entry.last_materialization_storage_id) for record in records
        ]
        self._newest = {key.to_string(): number or 0 for key, number in newest}

    def __call__(self, condition: RecoveryCondition) -> bool:
        """Return whether the condition is met."""
        match condition.kind:
            case "asset":
                return self._asset(condition)
            case "check":
                return self._check(condition)
            case "job":
                return self._job(condition)
            case "tick":
                return has_ticked(self._view.instance, condition)

    def _asset(self, condition: RecoveryCondition) -> bool:
        if self._newest.get(condition.name, 0) <= condition.after:
            return False
        if condition.span is None:
            return True
        graph, key = self._view.repository.asset_graph, AssetKey.from_db_string(condition.name)
        partitions = graph.get(key).partitions_def if key and graph.has(key) else None
        if key is None or partitions is None:
            return False
        span = condition.span
        if span.days:
            wanted = [day.isoformat() for day in Days.parse(span.days)]
        else:
            wanted = [*partitions.get_partition_keys_in_range(PartitionKeyRange(span.first, span.last))]
        made = self._view.instance.event_log_storage.get_latest_storage_id_by_partition(
            key, DagsterEventType.ASSET_MATERIALIZATION, set(wanted)
        )
        return all(made.get(partition, 0) > condition.after for partition in wanted)

    def _check(self, condition: RecoveryCondition) -> bool:
        asset = AssetKey.from_db_string(condition.name)
        if asset is None:
            return False
        key = AssetCheckKey(asset, condition.check)
        latest = self._view.instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
        if latest is None or latest.event is None or latest.status != AssetCheckExecutionRecordStatus.SUCCEEDED:
            return False
        return latest.event.timestamp > condition.after

    def _job(self, condition: RecoveryCondition) -> bool:
        wanted = RunsFilter(
            job_name=condition.name,
            statuses=[DagsterRunStatus.SUCCESS],
            updated_after=datetime.fromtimestamp(condition.after, tz=UTC),
            tags={PARTITION_TAG: condition.span.first}
            if condition.span and condition.span.first == condition.span.last
            else {},
        )
        return bool(self._view.instance.get_run_records(wanted, limit=1))
