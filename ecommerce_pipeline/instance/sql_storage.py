"""Dagster's storages as the SQL databases that they are, for what its own interface has no question for."""

from dagster import DagsterInstance
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.legacy_storage import LegacyEventLogStorage, LegacyRunStorage
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage


def sql_run_storage(instance: DagsterInstance) -> SqlRunStorage:
    """Return the storage of runs.

    Raises:
        TypeError: It is no SQL database.
    """
    storage = instance.run_storage
    # With one `storage:` block in dagster.yaml for all storages Dagster wraps each.
    if isinstance(storage, LegacyRunStorage):
        storage = storage._storage.run_storage
    if not isinstance(storage, SqlRunStorage):
        raise TypeError(f"the storage of runs must be SQL, and {type(storage).__name__} is not")
    return storage


def sql_event_log(instance: DagsterInstance) -> SqlEventLogStorage:
    """Return the storage of events.

    Raises:
        TypeError: It is no SQL database.
    """
    storage = instance.event_log_storage
    if isinstance(storage, LegacyEventLogStorage):
        storage = storage._storage.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        raise TypeError(f"the storage of events must be SQL, and {type(storage).__name__} is not")
    return storage
