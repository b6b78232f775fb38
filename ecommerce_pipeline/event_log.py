"""Dagster's SQLite event log, with the events of a range of partitions stored in one transaction.

A run of n days tells of every asset and day twice: planned and materialized. Stock SQLite storage opens two databases
for each such event, about 8 ms; a year of 50 assets would wait five minutes for its log alone. Dagster hands over such
events in batches when it is told to, as its PostgreSQL storage expects; this does for SQLite what that one does.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from dagster import EventLogEntry, Field, Noneable
from dagster._core.events import ASSET_EVENTS
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

from ecommerce_pipeline.masked_events import masked_event, masked_json
from ecommerce_pipeline.masked_streams import mask_streams
from ecommerce_pipeline.settings import PROJECT_ROOT

BATCH_VARIABLE: Final = "DAGSTER_EVENT_BATCH_SIZE"
BATCH_EVENTS: Final = 1_000

# Every process of Dagster that stores events loads its storage, and with it this.
os.environ.setdefault(BATCH_VARIABLE, str(BATCH_EVENTS))
mask_streams()


class BatchingSqliteEventLogStorage(SqliteEventLogStorage):
    """The event log as SQLite files in `base_dir`, by default `history/runs` in Dagster's home."""

    @classmethod
    def config_type(cls) -> Any:
        """Return the configuration schema: `base_dir` may be left out."""
        return {"base_dir": Field(Noneable(str), is_required=False, default_value=None)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "BatchingSqliteEventLogStorage":
        """Make the storage that `dagster.yaml` names."""
        home = Path(os.environ.get("DAGSTER_HOME") or PROJECT_ROOT / ".local" / "dagster")
        return cls(config_value.get("base_dir") or str(home / "history" / "runs"), inst_data)

    def _event_to_row(self, event: EventLogEntry) -> dict[str, Any]:
        row = super()._event_to_row(event)
        return row | {"event": masked_json(row["event"])}

    def _store_asset_event(self, conn: Any, event: EventLogEntry, event_id: int) -> None:
        super()._store_asset_event(conn, masked_event(event), event_id)

    def store_asset_check_event(self, event: EventLogEntry, event_id: int | None) -> None:
        """Store the state of a check."""
        super().store_asset_check_event(masked_event(event), event_id)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of one run together; asset events go to the run's file and to the index of all runs."""
        assets = [event for event in events if event.dagster_event_type in ASSET_EVENTS]
        for event in events:
            if event.dagster_event_type not in ASSET_EVENTS:
                self.store_event(event)
        if not assets:
            return
        rows = [self._event_to_row(event) for event in assets]
        with self.run_connection(assets[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            inserted = connection.execute(
                SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True),
                rows,
            )
            ids = [row[0] for row in inserted]
            self._store_asset_event_tags(connection, assets, ids)
            # An asset's own row shows its newest event only.
            newest = {
                str(event.get_dagster_event().asset_key): (event, id_) for event, id_ in zip(assets, ids, strict=True)
            }
            for event, id_ in newest.values():
                self._store_asset_event(connection, event, id_)
