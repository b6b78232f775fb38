"""Dagster's storages as SQL databases, for queries that Dagster's own interface does not offer, and their tables."""

from collections.abc import Sequence
from typing import Final

from dagster import DagsterEventType, DagsterInstance, EventLogRecord, EventRecordsFilter
from sqlalchemy import Table

from ecommerce_pipeline.instance.dagster_private import (
    AssetKeyTable,
    KeyValueStoreTable,
    LegacyEventLogStorage,
    LegacyRunStorage,
    RunsTable,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
    SqlRunStorage,
)

RUNS: Final[Table] = RunsTable
KEY_VALUES: Final[Table] = KeyValueStoreTable
EVENTS: Final[Table] = SqlEventLogStorageTable
ASSET_KEYS: Final[Table] = AssetKeyTable


def sql_run_storage(instance: DagsterInstance) -> SqlRunStorage:
    """Return the storage of runs, with the tables RUNS and KEY_VALUES.

    Raises:
        TypeError: It is not an SQL database.
    """
    storage = instance.run_storage
    # With one `storage:` block in dagster.yaml for all storages Dagster wraps each.
    if isinstance(storage, LegacyRunStorage):
        storage = storage._storage.run_storage
    if not isinstance(storage, SqlRunStorage):
        raise TypeError(f"the storage of runs must be SQL, and {type(storage).__name__} is not")
    return storage


def sql_event_log(instance: DagsterInstance) -> SqlEventLogStorage:
    """Return the storage of events, with the tables EVENTS and ASSET_KEYS.

    Raises:
        TypeError: It is not an SQL database.
    """
    storage = instance.event_log_storage
    if isinstance(storage, LegacyEventLogStorage):
        storage = storage._storage.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        raise TypeError(f"the storage of events must be SQL, and {type(storage).__name__} is not")
    return storage


def events_of_all_runs(
    instance: DagsterInstance, event_type: DagsterEventType, after: int | None, *, limit: int, ascending: bool
) -> Sequence[EventLogRecord]:
    """Return events of one type, whatever their run, in the order of their numbers.

    Args:
        instance: Whose.
        event_type: One of the types that concern assets.
        after: Only events with a greater number.
        limit: Maximum number of events.
        ascending: Whether the oldest come first.
    """
    wanted = EventRecordsFilter(event_type, after_cursor=after)
    # SQLite keeps a copy of these events for all runs, but its own method reads the files of all runs instead.
    return SqlEventLogStorage.get_event_records(sql_event_log(instance), wanted, limit=limit, ascending=ascending)
