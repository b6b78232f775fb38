"""Dagster's private names that its storages, launcher and logs need: the only module of `instance/` that imports them.

`test_private_names.py` fails, by name, when an upgrade of Dagster takes one away. What Dagster offers publicly is
imported from `dagster` itself.
"""

from dagster._core.definitions.partitions.context import PartitionLoadingContext
from dagster._core.definitions.partitions.subset import TimeWindowPartitionsSubset
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.events import ASSET_EVENTS, EngineEventData
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.legacy_storage import LegacyEventLogStorage, LegacyRunStorage
from dagster._core.storage.runs.schema import KeyValueStoreTable, RunsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.runs.sqlite import SqliteRunStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.tags import GRPC_INFO_TAG, PARENT_RUN_ID_TAG
from dagster._core.types.pagination import PaginatedResults
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster._record import copy
from dagster._serdes import ConfigurableClassData
from dagster._utils.log import configure_loggers
from dagster_shared.error import SerializableErrorInfo

__all__ = [
    "ASSET_EVENTS",
    "GRPC_INFO_TAG",
    "NOT_FINISHED_STATUSES",
    "PARENT_RUN_ID_TAG",
    "SQLITE_BUSY_TIMEOUT_SECONDS",
    "AssetCheckExecutionRecordStatus",
    "AssetCheckExecutionsTable",
    "AssetKeyTable",
    "CanCancelExecutionRequest",
    "CanCancelExecutionResult",
    "CheckRunHealthResult",
    "ConfigurableClassData",
    "DagsterUserCodeUnreachableError",
    "EngineEventData",
    "KeyValueStoreTable",
    "LegacyEventLogStorage",
    "LegacyRunStorage",
    "PaginatedResults",
    "PartitionLoadingContext",
    "RunsTable",
    "SerializableErrorInfo",
    "SqlEventLogStorage",
    "SqlEventLogStorageTable",
    "SqlRunStorage",
    "SqliteEventLogStorage",
    "SqliteRunStorage",
    "TimeWindowPartitionsSubset",
    "WorkerStatus",
    "configure_loggers",
    "copy",
]
