"""What Dagster stores of a run, with secrets masked, whatever code or library wrote it.

The last line of defence: who makes a message for a person masks it before, see `errors`.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from dagster import EventLogEntry, deserialize_value, serialize_value
from typing_extensions import override

from ecommerce_pipeline.instance.dagster_private import (
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    SqlEventLogStorage,
)
from ecommerce_pipeline.masking import Masker, secrets_cached

# Identifiers, which must not change even if a secret is a common word.
_NAMES: Final = {"AssetKey", "AssetCheckKey", "NodeHandle", "SolidHandle", "StepHandle", "StepOutputHandle"}
_KEPT: Final = {
    "run_id",
    "job_name",
    "pipeline_name",
    "step_key",
    "event_type_value",
    "partition",
    "level",
    "timestamp",
}


class MaskedEvents(SqlEventLogStorage):
    """Masks events before an SQL event log stores them. A mixin: it comes before the storage among the bases."""

    @override
    @secrets_cached()
    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of one run together."""
        super().store_event_batch(events)

    @override
    def _event_to_row(self, event: EventLogEntry) -> dict[str, Any]:
        row = super()._event_to_row(event)
        return row | {"event": masked_json(row["event"])}

    @override
    def _store_asset_event(self, conn: Any, event: EventLogEntry, event_id: int) -> None:
        super()._store_asset_event(conn, masked_event(event), event_id)

    @override
    def store_asset_check_event(self, event: EventLogEntry, event_id: int | None) -> None:
        """Store the state of a check."""
        super().store_asset_check_event(masked_event(event), event_id)

    @override
    def _store_asset_check_evaluation_planned(self, event: EventLogEntry, event_id: int | None) -> None:
        # Dagster's own method serializes the event once per partition and builds one statement of all: ten seconds for
        # a run of a year.
        planned = event.get_dagster_event().asset_check_planned_data
        state = {
            "asset_key": planned.asset_key.to_string(),
            "check_name": planned.check_name,
            "run_id": event.run_id,
            "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
            "evaluation_event": serialize_value(event),
            "evaluation_event_timestamp": datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None),
            "evaluation_event_storage_id": event_id,
        }
        subset = planned.partitions_subset
        keys: Iterable[str | None] = [None] if subset is None else subset.get_partition_keys()
        with self.index_connection() as connection:
            connection.execute(AssetCheckExecutionsTable.insert(), [state | {"partition": key} for key in keys])


def masked_event(event: EventLogEntry) -> EventLogEntry:
    """Return an event with the secrets in its message, error, trace and metadata masked."""
    text = serialize_value(event)
    masked = masked_json(text)
    return event if masked is text else deserialize_value(masked, EventLogEntry)


def masked_json(text: str) -> str:
    """Return a serialized event with its secrets masked; the same object where there are none."""
    masker = Masker.of_process()
    return json.dumps(_masked(json.loads(text), masker)) if masker.knows(text) else text


def _masked(value: Any, masker: Masker) -> Any:
    match value:
        case str():
            return masker.hide(value)
        case list():
            return [_masked(item, masker) for item in value]
        case dict() if value.get("__class__") not in _NAMES:
            return {
                name: item if name in _KEPT or name.startswith("__") else _masked(item, masker)
                for name, item in value.items()
            }
    return value
